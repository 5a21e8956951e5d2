from __future__ import annotations

import email  # noqa: TID251
import email.policy  # noqa: TID251
import hashlib
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header  # noqa: TID251
from email.message import EmailMessage  # noqa: TID251

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eventmail.wire import (
    BlindBatch,
    Identity,
    Individual,
    Material,
    Stamp,
    Unwritable,
    Wording,
    compose,
    encode_material,
    message_id_for,
    parse_mail,
    reassemble,
)
from tests.wire.samples import (
    AOZORA,
    IDENTITY,
    MIDORI,
    OFFICE,
    PLAN,
    REPLIES,
    STAMP,
    WORDING,
    mail,
    material,
)

PIECES = [
    "髙﨑",
    "①㈱",
    "株式会社",
    " ",
    "　",
    ",",
    "(",
    "]",
    '"',
    "😀",
    "👩‍👩‍👧",
    "が",
    "A",
    "=?",
    "?=",
    "@",
    ":",
]
PHRASES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=60).map("".join)
CHARACTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
LINES = (PHRASES | st.text(CHARACTERS, min_size=1, max_size=150)).filter(lambda text: text.strip())
NAMES = LINES.map(lambda text: re.sub(r'[/\\"]', "", text)[:190]).filter(lambda n: n.strip(" ."))
BODIES = st.lists(LINES, min_size=1, max_size=5).map("\n".join)


def read(content: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def name_in(content: bytes) -> str:
    # The newer reader puts a space between two encoded words of a name, even in what it wrote
    # itself; RFC 2047, section 6.2 says there is none, and the older reader knows that.
    raw = email.message_from_bytes(content)["From"].removesuffix(f"\r\n <{OFFICE}>")
    return str(make_header(decode_header(raw)))


def body_of(parsed: EmailMessage) -> str:
    part = parsed.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@settings(max_examples=80, deadline=None)
@given(name=LINES, subject=LINES, body=BODIES, filename=NAMES)
@example(name="a, b", subject=" 先頭と末尾の空白 ", body="。", filename="会場図 (1), 髙﨑①㈱😀.pdf")
@example(name="=?UTF-8?B?YQ==?=", subject="=?x?=", body=".", filename="..a")
def test_everything_japanese_survives(name: str, subject: str, body: str, filename: str) -> None:
    identity = Identity(name, OFFICE, REPLIES)
    encoded = encode_material(Material(filename, "application/pdf", b"%PDF-"))
    content = compose(
        identity, Individual(AOZORA), Wording(subject, body), [encoded], STAMP
    ).content

    for_people = read(content)
    assert for_people["Subject"] == subject
    assert name_in(content) == name
    assert body_of(for_people) == body
    names = [part.get_filename() for part in for_people.iter_attachments()]
    assert names == [filename.strip()]

    for_the_gate = parse_mail(content)
    assert for_the_gate.value("Subject") == subject
    assert for_the_gate.value("From") == f"{name} <{OFFICE}>"
    assert for_the_gate.body == body.replace("\n", "\r\n")
    assert [part.filename for part in for_the_gate.attachments] == [filename]


@settings(max_examples=50, deadline=None)
@given(name=LINES, subject=LINES, body=BODIES, filename=NAMES)
def test_every_line_is_short_ascii_and_ends_in_crlf(
    name: str, subject: str, body: str, filename: str
) -> None:
    encoded = encode_material(Material(filename, "application/pdf", b"%PDF-" * 99))
    identity = Identity(name, OFFICE, REPLIES)
    content = compose(
        identity, Individual(AOZORA), Wording(subject, body), [encoded], STAMP
    ).content
    assert content.isascii()
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_the_headers_are_these_and_no_others() -> None:
    names = [each.name for each in parse_mail(mail(materials=(material("図"),)).content).headers]
    assert names == [
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    ]  # fmt: skip


def test_an_individual_mail_shows_its_recipient_without_a_name() -> None:
    assert b"\r\nTo: saiyo@aozora.example\r\n" in mail(Individual(AOZORA)).content


def test_a_batch_shows_the_office_and_none_of_its_recipients() -> None:
    content = mail(BlindBatch((AOZORA, MIDORI))).content
    assert b"\r\nTo: gakusotsu@hirono.example\r\n" in content
    assert b"aozora" not in content
    assert b"midori" not in content


def test_date_is_tokyo_time_and_message_id_bears_only_token_and_domain() -> None:
    parsed = parse_mail(mail().content)
    assert parsed.value("Date") == "Mon, 23 Nov 2026 10:00:00 +0900"
    assert parsed.value("Message-ID") == "<d41d8cd98f00b204@hirono.example>"


def test_the_same_input_gives_the_same_bytes() -> None:
    materials = (encode_material(PLAN),)
    first, second = mail(materials=materials), mail(materials=materials)
    assert first == second
    assert first.digest == hashlib.sha256(first.content).hexdigest()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_each_kind_of_newline_in_a_body_is_the_same(newline: str) -> None:
    assert parse_mail(mail(body=f"一行目{newline}二行目").content).body == "一行目\r\n二行目"


@pytest.mark.parametrize("materials", [(), ("図",), ("図", "表", "案内")])
def test_the_stored_head_and_the_materials_give_the_mail_again(materials: tuple[str, ...]) -> None:
    encoded = tuple(map(material, materials))
    composed = mail(materials=encoded)
    assert reassemble(composed.head, encoded) == composed.content
    assert composed.content.startswith(composed.head)


def test_the_head_is_what_differs_and_holds_no_attachment() -> None:
    heavy = material(b"x" * 300_000)
    assert len(mail(materials=(heavy,)).head) < 3_000


def test_a_head_without_its_materials_is_no_mail() -> None:
    with_one = mail(materials=(material("図"),)).head
    with pytest.raises(ValueError, match="belong"):
        reassemble(with_one, ())
    with pytest.raises(ValueError, match="belong"):
        reassemble(mail().head, (material("図"),))


@pytest.mark.parametrize(
    "subject",
    ["", "　 ", "一\n二", "一\r\nBcc: a@b.example", "一\0", "一\x1b", "\ud800", "a\u2028b"],
)
def test_a_subject_is_one_line_of_text(subject: str) -> None:
    with pytest.raises(Unwritable, match="件名"):
        Wording(subject, "本文")


@pytest.mark.parametrize("body", ["", " \n", "一\0二", "一\x08二", "\udc80"])
def test_a_body_is_text(body: str) -> None:
    with pytest.raises(Unwritable, match="本文"):
        Wording("件名", body)


@pytest.mark.parametrize("name", ["", "　", "職安\r\nBcc: a@b.example", "職安\0"])
def test_a_sender_has_a_name_on_one_line(name: str) -> None:
    with pytest.raises(Unwritable, match="差出人"):
        Identity(name, OFFICE, REPLIES)


@pytest.mark.parametrize(
    "filename", ["", "..", "a/b.pdf", "a\\b.pdf", 'a"b', "a\r\nX: y", "a\0", "あ" * 201]
)
def test_a_file_name_is_a_name_and_no_path(filename: str) -> None:
    with pytest.raises(Unwritable, match="ファイル名"):
        Material(filename, "application/pdf", b"x")


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "pdf",
        "application/pdf; x=y",
        "multipart/mixed",
        "message/rfc822",
        "a/b\r\nX: y",
        "図/形",
    ],
)
def test_a_material_has_a_plain_media_type(media_type: str) -> None:
    with pytest.raises(Unwritable, match="種類"):
        Material("a.pdf", media_type, b"x")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Unwritable, match="空"):
        Material("a.pdf", "application/pdf", b"")


@pytest.mark.parametrize(
    "token", ["", "a b", "saiyo@aozora.example", "a>\r\nX: y", "a..b", ".a", "あ"]
)
def test_a_message_token_has_no_room_for_anything_else(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        message_id_for(IDENTITY, token)


def test_a_stamp_needs_our_message_id_and_an_aware_date() -> None:
    with pytest.raises(ValueError, match="message id"):
        Stamp("<a@b@c>", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="time zone"):
        Stamp(STAMP.message_id, datetime(2026, 1, 1))  # noqa: DTZ001


def test_wording_is_taken_as_it_is_and_nothing_is_merged() -> None:
    assert parse_mail(mail(body="{会社名} %s {{x}}").content).body == "{会社名} %s {{x}}"
    assert WORDING.subject == parse_mail(mail().content).value("Subject")
