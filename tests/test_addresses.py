"""One cell is exactly one address, or an error that says why."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.addresses import MESSAGES, AddressError, EmailAddress, names_a_person

READ = {
    "plain": ("info@aozora.example", "info@aozora.example"),
    "full-width": ("ｉｎｆｏ＠ａｏｚｏｒａ．example", "info@aozora.example"),
    "ideographic blanks around": ("　info@aozora.example\n", "info@aozora.example"),
    "domain in capitals": ("Info@AOZORA.Example", "Info@aozora.example"),
    "international domain": ("info@青空.example", "info@xn--grzr40d.example"),
    "plus": ("info+2@aozora.example", "info+2@aozora.example"),
    "carrier, two dots": ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
    "carrier, last dot": ("a.@EZWEB.ne.jp", "a.@ezweb.ne.jp"),
    "carrier, below": ("a..b@t.vodafone.ne.jp", "a..b@t.vodafone.ne.jp"),
    "longest local": (f"{'a' * 64}@b.example", f"{'a' * 64}@b.example"),
}
REFUSED = {
    "nothing": ("　", "empty"),
    "no at": ("info.aozora.example", "no_at"),
    "two with comma": ("a@b.example,c@d.example", "several"),
    "two with full-width comma": ("a@b.example，c@d.example", "several"),
    "two with 読点": ("a@b.example、c@d.example", "several"),
    "two on two lines": ("a@b.example\nc@d.example", "several"),
    "two with slash": ("a@b.example／c@d.example", "several"),
    "two with semicolon": ("a@b.example；c@d.example", "several"),
    "two at signs": ("a@@b.example", "many_at"),
    "comma behind": ("a@b.example,", "forbidden"),
    "full-width semicolon": ("a@b.example；", "forbidden"),
    "quoted": ('"a"@b.example', "forbidden"),
    "backslash": ("a\\b@c.example", "forbidden"),
    "colon": ("group:a@b.example", "forbidden"),
    "display name": ("山田 <a@b.example>", "display_name"),
    "round brackets": ("a@b.example（自宅）", "display_name"),
    "address literal": ("a@[192.0.2.1]", "display_name"),
    "corner brackets": ("「a@b.example", "display_name"),
    "mailto": ("mailto:a@b.example", "mailto"),
    "blank inside": ("in fo@b.example", "space"),
    "header injected": ("a@b.example\r\nBcc:", "space"),
    "zero width": ("a\u200b@b.example", "hidden"),
    "byte order mark": ("\ufeffa@b.example", "hidden"),
    "right-to-left": ("a@b\u202e.example", "hidden"),
    "soft hyphen": ("a\u00adb@b.example", "hidden"),
    "null": ("a\0@b.example", "hidden"),
    "tag character": ("a\U000e0041@b.example", "hidden"),
    "kana local": ("やまだ@b.example", "not_ascii"),
    "Cyrillic a": ("\u0430bc@b.example", "not_ascii"),
    "local too long": (f"{'a' * 65}@b.example", "too_long"),
    "whole too long": (f"a@{'b.' * 125}example", "too_long"),
    "two dots elsewhere": ("a..b@c.example", "local"),
    "last dot elsewhere": ("a.@c.example", "local"),
    "two dots, carrier look-alike": ("a..b@notdocomo.ne.jp", "local"),
    "no dot in domain": ("a@b", "domain"),
    "two dots in domain": ("a@b..example", "domain"),
    "two dots in carrier's domain": ("a@..docomo.ne.jp", "domain"),
    "hyphen in carrier's domain": ("a..b@-x.docomo.ne.jp", "domain"),
    "underscore": ("a@b_c.example", "domain"),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ)
def test_reads_one_address(text: str, expected: str) -> None:
    assert str(EmailAddress.parse(text)) == expected


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_refuses_with_a_code_and_its_sentence(text: str, code: str) -> None:
    with pytest.raises(AddressError) as caught:
        EmailAddress.parse(text)
    assert (caught.value.code, caught.value.message) == (code, MESSAGES[code])


def test_every_sentence_has_a_case() -> None:
    assert {code for _, code in REFUSED.values()} == set(MESSAGES)


@pytest.mark.parametrize(
    ("local", "domain"),
    [
        ("a", "b.example\r\nBcc: c@d.example"),
        ("a@b.example,c", "d.example"),
        ("Ａ", "b.example"),
        ("a", "B.example"),
        ("", "b.example"),
    ],
)
def test_constructor_takes_no_unchecked_parts(local: str, domain: str) -> None:
    with pytest.raises(AddressError):
        EmailAddress(local, domain)


def test_replace_is_checked_too() -> None:
    with pytest.raises(AddressError):
        dataclasses.replace(EmailAddress.parse("a@b.example"), local="c, d")


def test_key_folds_case_and_equality_does_not() -> None:
    one, other = EmailAddress.parse("Info@b.example"), EmailAddress.parse("info@b.example")
    assert one != other
    assert one.key == other.key


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("a.b@docomo.ne.jp", "a.b@docomo.ne.jp"),
        ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("a.@docomo.ne.jp", '"a."@docomo.ne.jp'),
        (".a@docomo.ne.jp", '".a"@docomo.ne.jp'),
    ],
)
def test_wire_quotes_an_odd_local_part(text: str, wire: str) -> None:
    assert EmailAddress.parse(text).wire == wire


@given(st.text(alphabet=st.sampled_from("aB@.,;: <>\"'\\()[]\r\n\0\u200b＠，。あ-_+"), max_size=20))
def test_whatever_is_read_is_one_plain_ascii_address(text: str) -> None:
    try:
        found = str(EmailAddress.parse(text + "@b.example"))
    except AddressError:
        return
    assert found.isascii()
    assert found.count("@") == 1
    assert not set(found) & set(",;:<>\"'\\()[] \r\n\0")


@pytest.mark.parametrize(
    "local",
    ["taro.yamada", "yamada-hanako", "yamada_hanako", "yamadataro", "Satoh.Ichirou", "ken.tanaka2"],
)
def test_full_names(local: str) -> None:
    assert names_a_person(EmailAddress.parse(f"{local}@b.example"))


@pytest.mark.parametrize(
    "local",
    [
        "info",
        "jinji",
        "yamada",
        "hanako",
        "sato.k",
        "mikami",
        "yamada.taro.jinji",
        "shimizu-bankin",
        "info+yamada.taro",
    ],
)
def test_desks_and_half_names(local: str) -> None:
    assert not names_a_person(EmailAddress.parse(f"{local}@b.example"))
