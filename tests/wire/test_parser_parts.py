"""How the parser takes a mail apart: how many parts, which it has seen, one inside another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from eventmail.wire import (
    EncodedMaterial,
    Individual,
    Malformed,
    Stamp,
    Wording,
    compose,
    message_id_for,
    parse_mail,
)
from tests.wire.samples import AOZORA, IDENTITY, STAMP, mail, material


def with_page(*materials: EncodedMaterial, stamp: Stamp = STAMP) -> bytes:
    wording = Wording("ご案内", "大ホール", html=True)
    return compose(IDENTITY, Individual(AOZORA), wording, materials, stamp).content


def reason(content: bytes) -> str:
    with pytest.raises(Malformed) as caught:
        parse_mail(content)
    return caught.value.reason


@pytest.mark.parametrize("token", list("abcdefghij"))
def test_whatever_boundary_a_mail_gets_it_is_read(token: str) -> None:
    stamp = Stamp(message_id_for(IDENTITY, token), datetime(2026, 1, 1, tzinfo=UTC))
    parsed = parse_mail(with_page(material("図"), stamp=stamp))
    assert (parsed.body, len(parsed.attachments)) == ("大ホール", 1)


def test_alternatives_may_stand_before_files() -> None:
    parsed = parse_mail(with_page(material("図"), material("表")))
    assert "大ホール" in (parsed.html or "")
    assert [each.content.decode() for each in parsed.attachments] == ["図", "表"]


def test_a_mail_without_alternatives_has_no_page() -> None:
    assert parse_mail(mail(materials=(material("図"),)).content).html is None


def test_a_mail_has_up_to_sixty_parts() -> None:
    files = tuple(material(str(n)) for n in range(60))
    assert len(parse_mail(mail(materials=files[:59]).content).attachments) == 59
    assert reason(mail(materials=files).content) == "mime"


def test_a_part_seen_before_is_read_once() -> None:
    files = (material("図 1"), material("図 2"))
    content, seen = mail(materials=files).content, [each.part for each in files]
    first, again = parse_mail(content, seen).attachments, parse_mail(content, seen).attachments
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_only_parts_seen_before_are_remembered() -> None:
    files = (material("図 3"), material("図 4"))
    content, seen = mail(materials=files).content, [files[0].part]
    first, again = parse_mail(content, seen).attachments, parse_mail(content, seen).attachments
    assert first[0] is again[0]
    assert first[1] is not again[1]


BAD_ALTERNATIVES: dict[str, Callable[[bytes], bytes]] = {
    "a parameter behind the boundary": lambda c: c.replace(
        b'"\r\n\r\n--', b'"; x="y"\r\n\r\n--', 1
    ),
    "a word before its type": lambda c: c.replace(b"multipart", b"x multipart", 1),
    "a boundary that is not ours": lambda c: c.replace(c.partition(b'"')[2][:34], b"=_boundary"),
}


@pytest.mark.parametrize("change", BAD_ALTERNATIVES.values(), ids=BAD_ALTERNATIVES)
def test_alternatives_with(change: Callable[[bytes], bytes]) -> None:
    assert change(with_page()) != with_page()
    assert reason(change(with_page())) == "mime"


def test_a_mail_that_begins_with_its_body_has_no_header() -> None:
    assert reason(b"\r\n\r\n\xe3\x81\x82\r\n") == "header_syntax"
