"""Sent mails as programs keep them and as people paste them: who stood where, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventmail.incidents import reading
from eventmail.incidents.reading import headers, lists, msg
from eventmail.incidents.reading.entries import EXCHANGE, NAME_ONLY, OTHER_IN_NAME
from eventmail.incidents.reading.values import Kind, SentMail
from tests.incidents import story
from tests.incidents.reading import outlook

AT = datetime(2023, 5, 31, 1, 5, tzinfo=UTC)


def places(mail: SentMail) -> list[tuple[str, str, str]]:
    return [(each.where.value, str(each.email), each.name) for each in mail.seen]


def unread(mail: SentMail) -> list[tuple[str, str]]:
    return [(each.text, each.why) for each in mail.unread]


def eml(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "本文 x@body.example")).encode()


def test_the_two_mails_of_the_story() -> None:
    """Through the confined child, as an upload goes."""
    first, second = (reading.read_file(each) for each in story.emls())
    assert [len(first.seen), len(second.seen)] == [15, 15]
    assert {str(each.email) for each in (*first.seen, *second.seen)} == {
        each.address for each in story.COMPANIES
    }
    assert {each.where.value for each in first.seen} == {"to"}
    assert (first.subject, first.sender) == (story.SUBJECT, story.OFFICE)
    assert (first.sent_at, second.sent_at) == story.SENT
    assert (first.unread, first.kind) == ((), Kind.EML)
    assert first.sha256 != second.sha256


PASTED = {
    "a folded header with several To lines": (
        "From: a@office.example\nTo: a@x.example,\n b@x.example\nTo: c@x.example\nCc: d@x.example",
        [
            *(("to", "a@x.example", ""), ("to", "b@x.example", ""), ("to", "c@x.example", "")),
            *(("cc", "d@x.example", ""),),
        ],
    ),
    "a name in two encoded words, with a comma in it": (
        "To: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?=\n =?utf-8?B?LOWkqumDjg==?= <taro@x.example>, "
        "b@x.example",
        [("to", "taro@x.example", "山田,太郎"), ("to", "b@x.example", "")],
    ),
    "a comma within quotation marks": (
        'To: "Yamada, Taro" <taro@x.example>; b@x.example',
        [("to", "taro@x.example", "Yamada, Taro"), ("to", "b@x.example", "")],
    ),
    "a group": (
        "To: 参加企業: a@x.example, 山田 <b@x.example>;\nBcc: c@x.example",
        [("to", "a@x.example", ""), ("to", "b@x.example", "山田"), ("bcc", "c@x.example", "")],
    ),
    "nobody told": ("To: undisclosed-recipients:;\nBcc: c@x.example", [("bcc", "c@x.example", "")]),
    "as Outlook shows it": (
        "差出人: 学卒部門 <g@office.example>\n送信日時: 2023年5月31日水曜日 10:05\n"
        "宛先: 山田 太郎 <taro@x.example>; 'b@x.example' <b@x.example>;\n"
        "鈴木\n <hanako@y.example>\n"
        "ＣＣ：c@x.example\n件名: 資料",
        [
            *(("to", "taro@x.example", "山田 太郎"), ("to", "b@x.example", "")),
            *(
                ("to", "hanako@y.example", "鈴木"),
                ("cc", "c@x.example", ""),
            ),
        ],
    ),
    "the addresses alone, in full width and with mailto": (
        "ａ＠ｘ．ｅｘａｍｐｌｅ、 mailto:b@x.example\n山田＜c@x.example＞\nd@x.example e@x.example",
        [
            *(("to", "a@x.example", ""), ("to", "b@x.example", ""), ("to", "c@x.example", "山田")),
            *(
                ("to", "d@x.example", ""),
                ("to", "e@x.example", ""),
            ),
        ],
    ),
    "an address in To and in Bcc was shown": (
        "Bcc: a@x.example\nTo: A@X.example",
        [("to", "A@x.example", "")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), PASTED.values(), ids=PASTED)
def test_pasted_text(text: str, expected: list[tuple[str, str, str]]) -> None:
    mail = headers.of_text(text)
    assert places(mail) == expected
    assert unread(mail) == []


def test_what_outlook_shows_tells_sender_subject_and_moment() -> None:
    mail = headers.of_text(PASTED["as Outlook shows it"][0])
    assert (mail.sender, mail.subject, mail.sent_at) == ("g@office.example", "資料", AT)


FILES = {
    "Bcc of the sent items saw and was not seen": (
        eml("To: a@x.example", "Bcc: b@x.example"),
        [("to", "a@x.example", ""), ("bcc", "b@x.example", "")],
    ),
    "raw Shift_JIS in a name": (
        "To: 髙﨑商事 <a@x.example>\n\n".encode("cp932"),
        [("to", "a@x.example", "髙﨑商事")],
    ),
    "raw JIS in a name": (
        "To: 山田 <a@x.example>, b@x.example\n\n".encode("iso2022_jp"),
        [("to", "a@x.example", "山田"), ("to", "b@x.example", "")],
    ),
    "a mailbox file's first line and a mark": (
        b"\xef\xbb\xbfFrom - Wed May 31\nTo: a@x.example\n\nTo: z@body.example",
        [("to", "a@x.example", "")],
    ),
    "a fold between name and address": (
        eml("To: Yamada", "\t<a@x.example>, b@x.example"),
        [("to", "a@x.example", "Yamada"), ("to", "b@x.example", "")],
    ),
}


@pytest.mark.parametrize(("raw", "expected"), FILES.values(), ids=FILES)
def test_an_eml_file(raw: bytes, expected: list[tuple[str, str, str]]) -> None:
    mail = headers.of_bytes(raw)
    assert places(mail) == expected
    assert unread(mail) == []


UNREAD = {
    "a name of the address book": ("To: 山田 太郎; b@x.example", "山田 太郎", NAME_ONLY),
    "an Exchange name": (
        "To: Yamada </O=HIMESATO/OU=FIRST/CN=YAMADA>; b@x.example",
        "Yamada </O=HIMESATO/OU=FIRST/CN=YAMADA>",
        EXCHANGE,
    ),
    "another address in the name": (
        'To: "z@y.example" <b@x.example>',
        "z@y.example",
        OTHER_IN_NAME,
    ),
    "no address": ("To: a b@@x.example; b@x.example", "a b@@x.example", "「@」が2つ以上"),
}


@pytest.mark.parametrize(("text", "told", "why"), UNREAD.values(), ids=UNREAD)
def test_what_is_no_address_is_told_and_the_rest_is_read(text: str, told: str, why: str) -> None:
    mail = headers.of_text(text)
    assert [address for _, address, _ in places(mail)] == ["b@x.example"]
    ((text_told, reason),) = unread(mail)
    assert text_told == told
    assert why in reason


MOMENTS = {
    "Wed, 31 May 2023 10:05:00 +0900 (JST)": AT,
    "31 May 2023 01:05:59 GMT": AT.replace(second=59),
    "2023/05/31 10:05": AT,
    "2023年5月31日(水) 午前10時05分": AT,
    "2023-05-31 午後1:05": AT.replace(hour=4),
    "31 Foo 2023 10:05:00 +0900": None,
    "99 May 2023 10:05:00 +9999": None,
    "きのう": None,
}


@pytest.mark.parametrize(("text", "expected"), MOMENTS.items())
def test_the_moment(text: str, expected: datetime | None) -> None:
    assert headers.of_text(f"To: a@x.example\nDate: {text}").sent_at == expected


def test_a_mail_as_outlook_saves_it() -> None:
    raw = outlook.msg(
        [
            outlook.recipient("to", "jinji@x.example", "'jinji@x.example'"),
            outlook.recipient("cc", "taro@y.example", "山田 太郎"),
            outlook.recipient("bcc", "b@z.example", address="/o=HIMESATO/cn=b"),
            outlook.recipient("to", "", "佐藤 花子", address="/o=HIMESATO/ou=1/cn=hanako"),
        ],
        subject=story.SUBJECT,
        sender=story.OFFICE,
        sent_at=AT,
    )
    mail = reading.read_file(raw)
    assert places(mail) == [
        ("to", "jinji@x.example", ""),
        ("cc", "taro@y.example", "山田 太郎"),
        ("bcc", "b@z.example", ""),
    ]
    assert unread(mail) == [("佐藤 花子", EXCHANGE)]
    assert (mail.kind, mail.subject, mail.sender) == (Kind.MSG, story.SUBJECT, story.OFFICE)
    assert mail.sent_at == AT


def test_outlooks_file_without_a_table_of_recipients_is_read_by_its_header() -> None:
    raw = outlook.msg([], head="To: a@x.example\r\nCc: b@x.example\r\n\r\n", sent_at=AT)
    mail = msg.of_bytes(raw)
    assert places(mail) == [("to", "a@x.example", ""), ("cc", "b@x.example", "")]
    assert (mail.kind, mail.sent_at) == (Kind.MSG, AT)


LINES = {
    "commas": (
        "ひかり精工,jinji@x.example,06-0000-0101",
        "ひかり精工 jinji@x.example 06-0000-0101",
    ),
    "tabs, in another order": (
        "０６−００００−０１０１\tjinji@x.example\t株式会社 ひかり",
        "株式会社 ひかり jinji@x.example 06-0000-0101",
    ),
    "a name of the mail program": ("ひかり 山田<a@x.example>", "ひかり a@x.example "),
    "no address": ("ひかり、06-0000-0101", "ひかり None 06-0000-0101"),
    "no telephone": ("ひかり a@x.example", "ひかり a@x.example "),
    "no company": ("a@x.example", None),
    "two addresses": ("ひかり a@x.example b@x.example", None),
    "a company and nothing else": ("ひかり", None),
}


@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES)
def test_a_list_by_hand(line: str, expected: str | None) -> None:
    found = lists.of_text(f"事業所名,アドレス,電話番号\n\n{line}\n")
    told = [f"{each.company} {each.email} {each.phone}" for each in found.listed]
    assert told == ([expected] if expected else [])
    assert [each.text for each in found.unread] == ([] if expected else [line])
