"""What a text says when one cover after another is taken off."""

from __future__ import annotations

import base64

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire.sites import shows
from eventmail.wire.views import MOST_VIEWS, all_sites, fold, spoken, views

TARO = "taro@kure.example"


def shown(text: str, known: str = TARO) -> bool:
    return any(shows(site, {known}, ()) for site in all_sites(text))


FILLERS = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u00ad\ufffc\ufffd"
GONE = {
    **{f"a filler, U+{ord(char):04X}": char for char in FILLERS},
    "a zero-width space": "\u200b",
    "an accent": "\u0301",
    "a circle around": "\u20dd",
    "a direction mark": "\u202e",
    "a tag": "\U000e0041",
}


@pytest.mark.parametrize("char", GONE.values(), ids=GONE)
def test_what_cannot_be_seen_is_taken_out(char: str) -> None:
    assert fold(f"a{char}b") == "ab"


FOLDED = {
    "ASCII stays": ("a b\r\n@", "a b\r\n@"),
    "full width": ("ＡＢ＠", "AB@"),
    "a ligature": ("ﬁ", "fi"),
    "a voiced kana in two parts": ("か\u3099", "が"),
    "a half-voiced kana in two parts": ("は\u309a", "ぱ"),
    "Japanese": ("髙﨑①㈱", "髙﨑1(株)"),
}


@pytest.mark.parametrize(("text", "plain"), FOLDED.values(), ids=FOLDED)
def test_folding(text: str, plain: str) -> None:
    assert fold(text) == plain


OPENING, CLOSING = "[({<【〔〈《「『≪", "])}>】〕〉》」』≫"
AT_WORDS = (
    "@", "at", "AT", "a", "at mark", "at-mark", "atmark",
    "アット", "アットマーク", "あっと", "あっとまーく",
)  # fmt: skip
DOT_WORDS = (".", "dot", "DOT", "ドット", "どっと")
MARKS = "★☆●○◎■□◆◇♪♯*#※▲△▼▽◉"


@pytest.mark.parametrize("sign", OPENING)
def test_a_word_in_brackets_may_open_with(sign: str) -> None:
    assert spoken(f"taro{sign}at]kure{sign}dot]example") == TARO


@pytest.mark.parametrize("sign", CLOSING)
def test_a_word_in_brackets_may_close_with(sign: str) -> None:
    assert spoken(f"taro[at{sign}kure[dot{sign}example") == TARO


@pytest.mark.parametrize("inside", ["{}", " {}", "{} ", " {} "])
@pytest.mark.parametrize("word", AT_WORDS)
def test_in_brackets_stands_for_at(word: str, inside: str) -> None:
    assert "taro@kure" in spoken(f"taro[{inside.format(word)}]kure").replace(" ", "")


@pytest.mark.parametrize("inside", ["{}", " {}", "{} ", " {} "])
@pytest.mark.parametrize("word", DOT_WORDS)
def test_in_brackets_stands_for_a_dot(word: str, inside: str) -> None:
    assert spoken(f"kure[{inside.format(word)}]example") == "kure.example"


SPOKEN = {
    "at between spaces": ("taro at kure", "taro @ kure"),
    "AT between spaces": ("taro AT kure", "taro @ kure"),
    "at between lines": ("taro\nat\nkure", "taro\n@\nkure"),
    "アット": ("taroアットkure", "taro@kure"),
    "アットマーク": ("taroアットマークkure", "taro@kure"),
    "あっと": ("taroあっとkure", "taro@kure"),
    "あっとまーく": ("taroあっとまーくkure", "taro@kure"),
    "@マーク": ("taro@マークkure", "taro@kure"),
    "@まーく": ("taro@まーくkure", "taro@kure"),
    "make it half-width": ("taro(@を半角に)kure", "taro@kure"),
    "it is half-width": ("taro(@は半角)kure", "taro@kure"),
    "turn it into @": ("taro(@に変更)kure", "taro@kure"),
    "a long vowel mark for a dash": ("taro(@ー半角)kure", "taro@kure"),
    "into @, in one letter": ("taro(@に)kure", "taro@kure"),
    "what to do in twelve letters": ("taro(@を半角に置き換えてください)kure", "taro@kure"),
    "what to do, all in brackets": ("(taro(@を半角に)b.jp)", "(taro@b.jp)"),
    "dot between spaces": ("kure dot example", "kure . example"),
    "DOT between spaces": ("kure DOT example", "kure . example"),
    "ドット": ("kureドットexample", "kure.example"),
    "どっと": ("kureどっとexample", "kure.example"),
    "_at_": ("taro_at_kure", "taro@kure"),
    "-at-": ("taro-at-kure", "taro@kure"),
    ".at.": ("taro.at.kure", "taro@kure"),
    "AT between letters": ("taroATkure", "taro@kure"),
    "句点": ("kure。example", "kure.example"),
    "中点": ("kure・example", "kure.example"),
}
NOT_SPOKEN = {
    "a word that begins so": "taro attends",
    "a word that ends so": "look what comes",
    "at before a comma": "we meet at, or near",
    "a word with dot": "a dotted line",
    "a word that ends with dot": "a microdot here",
    "another letter between letters": "taroXXkure",
    "a mark before a word": "★info",
    "a mark behind a word": "info★",
    "a mark between Japanese": "日★時",
    "a mark before Japanese": "info★時",
    "a mark behind Japanese": "日★info",
    "AT before Japanese": "infoAT時",
    "a full stop": "ご案内です。info",
    "a full stop behind": "info。次に",
    "an empty bracket": "taro[]kure",
    "another word in brackets": "taro[et]kure",
    "what to do in thirteen letters": "taro(@を半角に置き換えてくださいね)kure",
    "an address in brackets": "taro(@kure.example)",
    "no closing bracket": "taro[at kure",
    "no opening bracket": "taro at]kure",
}


@pytest.mark.parametrize(("text", "said"), SPOKEN.values(), ids=SPOKEN)
def test_spoken(text: str, said: str) -> None:
    assert spoken(text) == said


@pytest.mark.parametrize("text", NOT_SPOKEN.values(), ids=NOT_SPOKEN)
def test_not_spoken(text: str) -> None:
    assert spoken(text) == text


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_may_stand_for_at(mark: str) -> None:
    assert spoken(f"taro{mark}kure.example") == TARO


@pytest.mark.parametrize("edge", "AMZamz059")
def test_letters_and_digits_may_touch_a_mark_or_a_japanese_dot(edge: str) -> None:
    assert spoken(f"x{edge}★{edge}x") == f"x{edge}@{edge}x"
    assert spoken(f"x{edge}。{edge}x") == f"x{edge}.{edge}x"


DECODED = {
    "a named entity": ("taro&commat;kure.example", TARO),
    "a number entity": ("taro&#64;kure.example", TARO),
    "a percent sign": ("taro%40kure.example", TARO),
    "a JavaScript escape": ("taro\\u0040kure.example", TARO),
    "an old JavaScript escape": ("taro%u0040kure.example", TARO),
    "an escape of two digits": ("taro\\x40kure.example", TARO),
    "an escape of rich text": ("taro\\'40kure.example", TARO),
    "an escape in capitals": ("\\u004A\\u004F", "JO"),
    "quoted-printable": ("taro=40kure.example", TARO),
    "a soft break": ("taro@ku=\nre.example", TARO),
    "a soft break with CRLF": ("taro@ku=\r\nre.example", TARO),
    "a tag": ("taro<b>@</b>kure.example", "taro @ kure.example"),
    "an empty tag": ("taro<>@kure.example", "taro @kure.example"),
    "a tag of 2000 characters": (f"taro<{'x' * 2000}>@kure.example", "taro @kure.example"),
    "a tag behind a lone bracket": ("1 < 2 taro<b>@kure.example", "1 < 2 taro @kure.example"),
    "a tag before a lone bracket": ("taro<b>@kure.example > 1", "taro @kure.example > 1"),
    "UTF-7": ("taro+AEA-kure.example", TARO),
    "words": ("taro [at] kure.example", "taro @ kure.example"),
    "one within the other": ("taro&amp;#37;40kure.example", TARO),
    "full width within": ("taro%EF%BC%A0kure.example", TARO),
}


@pytest.mark.parametrize(("text", "view"), DECODED.values(), ids=DECODED)
def test_a_text_can_be_seen_as(text: str, view: str) -> None:
    assert view in views(text)


@pytest.mark.parametrize("digit", "0123456789abcdefABCDEF")
def test_each_hexadecimal_digit_is_known(digit: str) -> None:
    four, two = chr(int(f"4e{digit}{digit}", 16)), chr(int(f"{digit}{digit}", 16))
    assert any(f"<{four}" in view for view in views(f"\\u4e{digit}{digit} <\\u4e{digit}{digit}"))
    assert any(f"<{four}" in view for view in views(f"<%u4e{digit}{digit}"))
    assert any(fold(f"x{two}y") in view for view in views(f"x\\x{digit}{digit}y"))
    assert any(fold(f"x{two}y") in view for view in views(f"x\\'{digit}{digit}y"))


@pytest.mark.parametrize("digit", "0123456789ABCDEF")
def test_each_digit_of_quoted_printable_is_known(digit: str) -> None:
    assert any(fold(f"x{chr(int(digit * 2, 16))}y") in view for view in views(f"x={digit * 2}y"))


def test_a_plain_text_has_one_view_and_each_other_comes_once() -> None:
    assert views("ご案内") == ["ご案内"]
    assert views("a&amp;b&amp;") == ["a&amp;b&amp;", "a&b&"]
    assert sorted(views("&amp;%41")) == sorted(["&amp;%41", "&%41", "&amp;A", "&A"])


def test_a_tag_may_not_be_longer() -> None:
    text = f"taro<{'x' * 2001}>@kure.example"
    assert views(text) == [text]


def test_views_are_not_made_without_end() -> None:
    found = views("taro%" + "25" * 40 + "40kure.example")
    assert len(found) == MOST_VIEWS == 24


def encoded(address: str) -> str:
    return base64.b64encode(address.encode()).decode().rstrip("=")


# In base64 the "@" shows as two letters, by its place and the letter before it.
PLACES = [
    "pvx", "x", "a", "v", "s", "jp", "fa", "cr", "ss", "ed", "yu", "fv", "cw", "ph", "dy", "oj",
    "rk", "xl", "cm", "in", "ao",
]  # fmt: skip


@pytest.mark.parametrize("local", PLACES)
def test_an_address_in_base64_is_found_after(local: str) -> None:
    assert shown(encoded(f"{local}@kure.example"), f"{local}@kure.example")


@pytest.mark.parametrize(
    ("local", "domain"),
    [("f", "3k.example"), ("z", "がくせい.example"), ("rjx", "𠮷野.example")],
)
def test_an_address_in_base64_is_found_before(local: str, domain: str) -> None:
    known = EmailAddress.parse(f"{local}@{domain}").key
    assert shown(encoded(f"{local}@{domain}"), known)


def test_an_address_broken_at_the_sign_is_found_in_base64() -> None:
    assert shown(encoded("nmo@\nkure.example"), "nmo@kure.example")


@pytest.mark.parametrize("char", "0123456789abcdefghijklmnopqrstuvwxyz!#$%&'*+/=?^_`{|}~-")
def test_every_letter_of_base64_is_read(char: str) -> None:
    address = f"ab{char}cd@kure.example"
    assert shown(f"「{encoded(address)}」", address)
    url_safe = encoded(address).replace("+", "-").replace("/", "_")
    assert shown(f"「{url_safe}」", address)


@pytest.mark.parametrize("char", "@`")
def test_the_first_letter_of_base64_is_read(char: str) -> None:
    known = "ab@kure.example" if char == "@" else "ab`@kure.example"
    assert shown(f"「{encoded(known)}」", known)


@pytest.mark.parametrize("before", ["", "x", "xx", "xxx"])
def test_base64_may_begin_anywhere_in_a_run(before: str) -> None:
    assert shown(before + encoded(TARO))


@pytest.mark.parametrize("end", ["", "=", "==", "&v=1", "x", "xx", "xxx", "xxxx"])
@pytest.mark.parametrize("local", ["taro", "xtaro", "xxtaro"])
def test_base64_may_have_lost_its_end_or_have_something_behind(local: str, end: str) -> None:
    assert shown(encoded(f"{local}@kure.example") + end, f"{local}@kure.example")


def test_a_run_that_hides_nothing_hides_nothing_behind_it() -> None:
    assert shown(f"eHh4eHh4eHh4eHh4 {encoded(TARO)}")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("cut", [12, 13, 20])
def test_base64_may_go_over_lines(newline: str, cut: int) -> None:
    run = encoded("jinji.saiyo@kure-seiki.example")
    assert shown(newline.join((run[:cut], run[cut:])), "jinji.saiyo@kure-seiki.example")
    three = newline.join((run[:12], run[12:24], run[24:]))
    assert shown(three, "jinji.saiyo@kure-seiki.example")


@pytest.mark.parametrize("char", "0123456789abcdefghijklmnopqrstuvwxyz!#$%&'*+/=?^_`{|}~-")
def test_every_letter_of_base64_is_read_in_a_later_line(char: str) -> None:
    address = f"jinji.saiyo{char}x@kure.example"
    for run in (encoded(address), encoded(address).replace("+", "-").replace("/", "_")):
        assert shown(f"{run[:12]}\n{run[12:]}", address)


def test_a_later_line_has_12_letters_or_more() -> None:
    run = encoded("xtaro@kure.example")
    assert shown(f"{run[:12]}\n{run[12:]}", "xtaro@kure.example")
    run = encoded(TARO)
    assert not shown(f"{run[:12]}\n{run[12:]}")


def test_base64_is_looked_for_from_12_letters_on() -> None:
    assert shown("YUBiLmNkLmVm", "a@b.cd.ef")
    assert not shown("YUBiLmNkLmU", "a@b.cd.e")
    run = encoded("a@kure.example")
    assert not shown(f"{run[:8]}\n{run[8:]}", "a@kure.example")


@pytest.mark.parametrize("char", "afijo`09")
def test_an_address_in_hexadecimal_is_found(char: str) -> None:
    address = f"a{char}b@kure.example"
    assert shown(address.encode().hex(), address)
    assert shown(address.encode().hex().upper(), address)


def test_hexadecimal_is_looked_for_from_8_bytes_on() -> None:
    assert shown(b"a@b.c.de".hex(), "a@b.c.de")
    assert not shown(b"a@b.c.d".hex(), "a@b.c.d")


def test_what_is_hidden_is_folded_too() -> None:
    assert shown(encoded("ｔａｒｏ@kure.example"))
    assert shown("taro@ｋｕｒｅ.example".encode().hex())


def test_what_is_encoded_is_found_under_another_cover() -> None:
    assert shown(f"https://hirono.example/?u={encoded(TARO)[:10]}%{ord(encoded(TARO)[10]):x}"
                 f"{encoded(TARO)[11:]}")  # fmt: skip
