"""What each kind of address cell becomes: taken with a note, asked about, or refused."""

from __future__ import annotations

import re

import pytest

from eventmail.addresses import MESSAGES, EmailAddress
from eventmail.spreadsheet.address_cell import CellReading, read_cell
from eventmail.spreadsheet.address_reasons import LEVELS, NOTES, QUESTIONS, REJECTIONS, Level

ACCEPTED = {
    "plain": ("info@b.example", "info@b.example", []),
    "full-width": ("ｉｎｆｏ＠ｂ．ｅｘａｍｐｌｅ", "info@b.example", ["full_width"]),
    "full-width @ only": ("info＠b.example", "info@b.example", ["full_width"]),
    "ideographic spaces around": ("　info@b.example　", "info@b.example", ["spaces"]),
    "line break behind": ("info@b.example\r\n", "info@b.example", ["spaces"]),
    "zero width around": ("\u200binfo@b.example\u200b", "info@b.example", ["invisible_around"]),
    "byte order mark": ("\ufeffinfo@b.example", "info@b.example", ["invisible_around"]),
    "direction marks": ("\u202ainfo@b.example\u202c", "info@b.example", ["invisible_around"]),
    "mailto": ("mailto:info@b.example", "info@b.example", ["mailto"]),
    "mailto in capitals": ("MAILTO: info@b.example", "info@b.example", ["mailto"]),
    "name before": ("佐藤 花子 <info@b.example>", "info@b.example", ["name_beside"]),
    "name before, full width": (
        "佐藤　＜info＠b.example＞",
        "info@b.example",
        ["name_beside", "full_width"],
    ),
    "name with an initial": ("K. Sato <info@b.example>", "info@b.example", ["name_beside"]),
    "firm before": ("㈱青空・採用係<info@b.example>", "info@b.example", ["name_beside"]),
    "at home": ("アットホーム <info@b.example>", "info@b.example", ["name_beside"]),
    "maiden name": ("佐藤（旧姓田中） <info@b.example>", "info@b.example", ["name_beside"]),
    "name and round brackets": ("佐藤（info@b.example）", "info@b.example", ["name_beside"]),
    "name behind": ("info@b.example（佐藤）", "info@b.example", ["name_beside"]),
    "name behind with its label": (
        "info@b.example（担当：佐藤）",
        "info@b.example",
        ["name_beside"],
    ),
    "name behind in lenticular brackets": (
        "info@b.example【代表】",
        "info@b.example",
        ["name_beside"],
    ),
    "angle brackets": ("<info@b.example>", "info@b.example", ["brackets"]),
    "round brackets": ("(info@b.example)", "info@b.example", ["brackets"]),
    "Japanese angle brackets": ("〈info@b.example〉", "info@b.example", ["brackets"]),
    "mailto in brackets": ("<mailto:info@b.example>", "info@b.example", ["brackets", "mailto"]),
    "dot behind": ("info@b.example.", "info@b.example", ["punctuation"]),
    "comma behind": ("info@b.example,", "info@b.example", ["punctuation"]),
    "読点 behind": ("info@b.example、", "info@b.example", ["punctuation"]),
    "句点 behind": ("info@b.example。", "info@b.example", ["punctuation"]),
    "bullet before": ("・info@b.example", "info@b.example", ["punctuation"]),
    "capitals": ("Info@B.Example", "Info@b.example", ["upper_case"]),
    "the same twice": ("info@b.example、info@b.example", "info@b.example", ["written_twice"]),
    "the same twice in Outlook's way": (
        "info@b.example<info@b.example>",
        "info@b.example",
        ["written_twice", "brackets"],
    ),
    "the same twice in another case": (
        "info@b.example / INFO@b.example",
        "info@b.example",
        ["written_twice", "upper_case"],
    ),
    "carrier, two dots": ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp", ["carrier_dots"]),
    "carrier, last dot": ("a.@ezweb.ne.jp", "a.@ezweb.ne.jp", ["carrier_dots"]),
    "carrier, first dot": (".a@i.softbank.jp", ".a@i.softbank.jp", ["carrier_dots"]),
    "carrier without odd dots": ("a.b@docomo.ne.jp", "a.b@docomo.ne.jp", []),
    "free mail": ("info@gmail.com", "info@gmail.com", ["free_mail"]),
    "international domain": (
        "info@青空.example",
        "info@xn--grzr40d.example",
        ["international_domain"],
    ),
    "international domain in A-labels": (
        "info@xn--grzr40d.example",
        "info@xn--grzr40d.example",
        ["international_domain"],
    ),
    "と in a domain": ("info@ことのは.jp", "info@xn--28jzbse.jp", ["international_domain"]),
}
# The address that is used if a person takes it as it is, the code, and what was probably meant.
ASKED = {
    "mistyped": ("a@gmai.com", "a@gmai.com", "mistyped_domain", "a@gmail.com"),
    "comma for a dot": ("a@b.co,jp", "", "dot_mistyped", "a@b.co.jp"),
    "読点 for a dot": ("a@b.co、jp", "", "dot_mistyped", "a@b.co.jp"),
    "句点 for a dot": ("a@b。jp", "", "dot_mistyped", "a@b.jp"),
    "space for a dot": ("a@b.co jp", "", "dot_mistyped", "a@b.co.jp"),
    "space behind a dot": ("a@b. co.jp", "", "dot_mistyped", "a@b.co.jp"),
    "two dots": ("a@aozora..com", "", "dot_mistyped", "a@aozora.com"),
    "comma, and mistyped": ("a@gmai,com", "", "dot_mistyped", "a@gmail.com"),
    "no dot": ("a@gmailcom", "", "dot_missing", "a@gmail.com"),
    "no dot in capitals": ("a@GmailCom", "", "dot_missing", "a@gmail.com"),
    "@ twice": ("a@@b.example", "", "doubled_at", "a@b.example"),
    "@ twice, one full width": ("a@＠b.example", "", "doubled_at", "a@b.example"),
    "spaces beside the @": ("a @ b.example", "", "space_beside_at", "a@b.example"),
    "www before": ("www.a@b.example", "www.a@b.example", "www", "a@b.example"),
    "www in the domain": ("a@www.b.example", "a@www.b.example", "www", "a@b.example"),
    "http before": ("http://a@b.example/", "", "web_address", "a@b.example"),
    "https in the domain": ("a@https://www.b.example", "", "web_address", "a@b.example"),
    "www alone before the top level": ("a@www.jp", "a@www.jp", "www", ""),
    "www alone before the @": ("www.@docomo.ne.jp", "www.@docomo.ne.jp", "www", ""),
    "Cyrillic а": ("a@gm\u0430il.com", "a@xn--gmil-63d.com", "look_alike", "a@gmail.com"),
    "mixed scripts": ("a@青空\u0430.jp", "a@xn--80a7761d5cs.jp", "mixed_scripts", ""),
    "様 behind": ("a@b.co.jp様", "a@b.co.xn--jp-vb0e", "odd_ending", "a@b.co.jp"),
    "odd dots at a mistyped carrier": (
        "a..b@docomo.co.jp",
        "",
        "mistyped_domain",
        "a..b@docomo.ne.jp",
    ),
    "percent": ("a%b@c.example", "a%b@c.example", "percent", ""),
    "an old address": ("a@b.example（旧）", "a@b.example", "remark", ""),
    "a name that left": ("佐藤（退職） <a@b.example>", "a@b.example", "remark", ""),
    "two addresses": ("a@b.example、c@d.example", "", "two_addresses", ""),
}
REJECTED = {
    "nothing": ("", "empty"),
    "blanks": ("　 \n", "empty"),
    "invisible only": ("\u200b", "empty"),
    "なし": ("なし", "no_at"),
    "web page": ("https://www.b.example/", "web_page"),
    "web page without http": ("www.b.example", "web_page"),
    "nothing like a domain": ("a@b", "domain"),
    "space inside": ("in fo@b.example", "space"),
    "name without brackets": ("佐藤 a@b.example", "space"),
    "name on a line of its own": ("佐藤\na@b.example", "space"),
    "text behind": ("a@b.co.jp tanaka", "space"),
    "zero width inside": ("in\u200bfo@b.example", "hidden"),
    "variation selector in the domain": ("a@b\ufe0fc.example", "hidden"),
    "Hangul filler in the domain": ("a@b\u3164c.example", "hidden"),
    "combining joiner in the domain": ("a@b\u034fc.example", "hidden"),
    "null around": ("\0a@b.example", "hidden"),
    "tag character around": ("a@b.example\U000e0041", "hidden"),
    "quoted name": ('"佐藤" <a@b.example>', "display_name"),
    "a name with a comma": ("Sato, Ken <a@b.example>", "display_name"),
    "a name like a domain": ("kure-seiki.example <a@b.example>", "display_name"),
    "a name with at": ("jinji at kure <a@b.example>", "display_name"),
    "a name with (at)": ("jinji(at)kure <a@b.example>", "display_name"),
    "a name with アット": ("jinjiアットkure <a@b.example>", "display_name"),
    "a name with a colon": ("Bcc:jinji <a@b.example>", "display_name"),
    "a very long name": ("佐" * 101 + "<a@b.example>", "display_name"),
    "an encoded word as name": ("=?UTF-8?B?44GC?= <a@b.example>", "display_name"),
    "half a bracket": ("a@b.example>", "display_name"),
    "the wrong bracket's content": ("a@b.example <佐藤", "display_name"),
    "brackets twice": ("佐藤 <a@b.example> <b>", "display_name"),
    "round brackets between": ("佐藤（a@b.example）係（x）", "display_name"),
    "empty brackets behind": ("a@b.example()", "display_name"),
    "address literal": ("a@[192.0.2.1]", "display_name"),
    "quoted": ('"a"@b.example', "forbidden"),
    "mailto with a query": ("mailto:a@b.example?cc=c", "mailto_more"),
    "mailto with an encoded sign": ("mailto:a%40b@c.example", "mailto_more"),
    "mailto of nobody": ("mailto:", "empty"),
    "kana": ("やまだ@b.example", "not_ascii"),
    "two dots in the local part": ("a..b@c.example", "local"),
    "too long": (f"{'a' * 65}@b.example", "too_long"),
    "two with nothing between": ("a@b.examplec@d.example", "many_at"),
    "two, one in brackets": ("a@b.example（旧：c@d.example）", "several"),
    "two and a remark": ("a@b.example、c@d.example、佐藤", "unreadable_part"),
    "two, one with a typed comma": ("a@b.co,jp,c@d.jp", "unreadable_part"),
    "two, one with @ twice": ("a@@b.example、c@d.example", "unreadable_part"),
}
SEVERAL = {
    "comma": "a@b.example,c@d.example",
    "comma and blank": "a@b.example, c@d.example",
    "full-width comma": "a@b.example，c@d.example",
    "読点": "a@b.example、c@d.example",
    "semicolon": "a@b.example;c@d.example",
    "full-width semicolon": "a@b.example；c@d.example",
    "slash": "a@b.example/c@d.example",
    "full-width slash": "a@b.example／c@d.example",
    "middle dot": "a@b.example・c@d.example",
    "line break": "a@b.example\nc@d.example",
    "line break of Windows": "a@b.example\r\nc@d.example",
    "space": "a@b.example c@d.example",
    "ideographic space": "a@b.example　c@d.example",
    "と": "a@b.exampleとc@d.example",
    "と between blanks": "a@b.example と c@d.example",
    "および": "a@b.example および c@d.example",
    "ampersand": "a@b.example & c@d.example",
    "arrow": "a@b.example→c@d.example",
    "bar": "a@b.example｜c@d.example",
    "full-width all": "ａ＠ｂ．ｅｘａｍｐｌｅ；ｃ＠ｄ．ｅｘａｍｐｌｅ",
    "names": "佐藤 <a@b.example>; 鈴木 花子 <c@d.example>",
    "names and a blank": "佐藤 <a@b.example> 鈴木 <c@d.example>",
    "mailto of two": "mailto:a@b.example,c@d.example",
    "one more comma": "a@b.example、c@d.example、",
    "one of them twice": "a@b.example、c@d.example、A@b.example",
    "the other as name": "a@b.example <c@d.example>",
}


def codes(read: CellReading) -> list[str]:
    return [each.code for each in read.reasons]


@pytest.mark.parametrize(("text", "address", "notes"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepts_with_notes(text: str, address: str, notes: list[str]) -> None:
    read = read_cell(text)
    assert (read.verdict, read.address, codes(read)) == ("accept", address, notes)
    assert read.addresses == (EmailAddress.parse(address),)


@pytest.mark.parametrize(("text", "address", "code", "meant"), ASKED.values(), ids=ASKED)
def test_asks(text: str, address: str, code: str, meant: str) -> None:
    read = read_cell(text)
    assert (read.verdict, read.address) == ("question", address)
    [because] = [each for each in read.reasons if LEVELS[each.code] is Level.QUESTION]
    assert (because.code, because.suggestion) == (code, meant)
    assert meant in because.message
    assert code == "two_addresses" or list(map(str, read.addresses)) == [address][: bool(address)]


@pytest.mark.parametrize(("text", "code"), REJECTED.values(), ids=REJECTED)
def test_rejects(text: str, code: str) -> None:
    read = read_cell(text)
    assert (read.verdict, read.address, read.addresses, read.person) == ("reject", "", (), False)
    assert codes(read) == [code]
    assert read.reasons[0].message.startswith(MESSAGES.get(code, ""))


@pytest.mark.parametrize("text", SEVERAL.values(), ids=SEVERAL)
def test_two_addresses_are_offered_as_two_contacts_and_never_taken_as_one(text: str) -> None:
    read = read_cell(text)
    assert (read.verdict, read.address) == ("question", "")
    assert list(map(str, read.addresses)) == ["a@b.example", "c@d.example"]
    assert read.reasons[0].code == "two_addresses"
    assert "2件の連絡先に分けるか" in read.reasons[0].message


def test_what_is_odd_about_one_of_several_is_said_too() -> None:
    read = read_cell("a@gmai.com、c@d.example、e@f.example")
    assert codes(read) == ["two_addresses", "mistyped_domain"]
    assert "アドレスが3つ" in read.reasons[0].message
    assert read.reasons[1].suggestion == "a@gmail.com"


def test_an_unreadable_part_is_named_with_what_is_wrong_and_meant() -> None:
    [because] = read_cell("a@@b.example、c@d.example").reasons
    assert because.suggestion == "a@b.example"
    assert "「a@@b.example」" in because.message
    [because] = read_cell("a@b.example、c@d.example、佐藤").reasons
    assert "「佐藤」" in because.message
    assert MESSAGES["no_at"] in because.message


MESSAGE = {
    "a@www.jp": "「www.」はメールアドレスでは普通使いません（a@www.jp）。"
    "正しいか確かめてください。",
    "a@gmai.com": "打ち間違いと思われるドメインです（a@gmai.com）。"
    "「a@gmail.com」の誤りではないか確かめてください。",
    "info@青空.example": "日本語などのドメインです"
    "（info@青空.example、送信時はinfo@xn--grzr40d.example）。",
    "佐藤 <a@b.example>": "一緒に書かれた「佐藤」を除いて、アドレスだけを読み取りました"
    "（a@b.example）。",
    "a@b.example、c@d.example": "アドレスが2つあります（a@b.example、c@d.example）。"
    "2件の連絡先に分けるか、1つだけ残してください。",
    "https://b.example": "ホームページのアドレスです（https://b.example）。"
    "メールアドレスを入力してください。",
}


@pytest.mark.parametrize(("text", "message"), MESSAGE.items())
def test_says_in_one_sentence_what_and_what_to_do(text: str, message: str) -> None:
    assert [each.message for each in read_cell(text).reasons] == [message]


def test_a_message_holds_no_more_than_a_glimpse_and_nothing_unprintable() -> None:
    read = read_cell("https://" + "b\u202e\n" * 500)
    assert len(read.reasons[0].message) < 120
    assert read.reasons[0].message.isprintable()


def test_every_code_has_one_level_and_a_case() -> None:
    assert len(LEVELS) == len(NOTES) + len(QUESTIONS) + len(REJECTIONS)
    seen = {each for *_, notes in ACCEPTED.values() for each in notes}
    seen |= {code for _, _, code, _ in ASKED.values()} | {code for _, code in REJECTED.values()}
    assert seen == set(LEVELS)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("taro.yamada@b.example", True),
        ("佐藤 <taro.yamada@b.example>", True),
        ("jinji@b.example", False),
        ("taro.yamada@gmai.com", True),
        ("taro.yamada@b.example、hanako.sato@b.example", False),
        ("taro.yamada@b.co,jp", False),
    ],
)
def test_tells_a_person_from_a_desk_where_there_is_one_address(text: str, person: bool) -> None:
    assert read_cell(text).person is person


@pytest.mark.parametrize(
    "text",
    ["@" * 32767, "a@" + " " * 32765, "<" * 32767, "\u200b " * 16383 + "x", "x" + "\u200b " * 16383,
     "a@b.example," * 2700, "(at" * 10922, "a@" + "rn" * 16000, "a@" + "." * 32765],
    ids=lambda text: f"{text[:6]!a}",
)  # fmt: skip
def test_the_longest_cell_is_read_to_its_end(text: str) -> None:
    assert read_cell(text).address in ("", "a@b.example")


def test_the_sentences_are_polite_and_end_as_sentences() -> None:
    for code, sentence in {**NOTES, **QUESTIONS, **REJECTIONS}.items():
        assert sentence.endswith(("。", "{sentence_said}")), code
        assert re.search(r"(です|ます|ました|ません|ください)[（。]", sentence), code
