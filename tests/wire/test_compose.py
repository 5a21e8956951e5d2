from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from eventmail.wire import (
    BlindBatch,
    Identity,
    Individual,
    Material,
    Stamp,
    Unwritable,
    Wording,
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
