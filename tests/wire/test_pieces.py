"""A mail in pieces is the mail: no cut between them, and nothing that is shared, changes it."""

from __future__ import annotations

import base64
import hashlib
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventmail.wire import (
    EncodedMaterial,
    GateRefusal,
    Individual,
    Malformed,
    ParsedMail,
    Pieces,
    exposures,
    inspect,
    parse_mail,
    pieces_of,
    reassemble,
    sha256_of,
)
from eventmail.wire.pieces import as_pieces, stretches
from tests.wire.mutations import ANY, FORBIDDEN, spoilt
from tests.wire.nearby import no_child
from tests.wire.samples import (
    AOZORA,
    IDENTITY,
    KNOWLEDGE,
    KURE,
    OFFICE,
    REPLIES,
    STAMP,
    mail,
    material,
)
from tests.wire.test_promise import LISTED
from tests.wire.writings import WILD, Writing

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
TO_AOZORA = Individual(AOZORA)
MAP, LIST = material("会場図"), material("持ち物" * 50, "持ち物.bin")
BOTH = (MAP, LIST)
BOUNDARY = "=_" + hashlib.sha256(STAMP.message_id.encode()).hexdigest()[:32]
OPENING, CLOSING = f"--{BOUNDARY}\r\n".encode(), f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture(autouse=True, scope="module")
def _in_this_process() -> Iterator[None]:
    with no_child():
        yield


def another(raw: bytes) -> bytes:
    """The same bytes as another object."""
    return bytes(bytearray(raw))


def plain_words(text: str) -> str:
    """RFC 2047 in the plainest way: as many whole characters to a word as have 36 bytes."""
    words = [b""]
    for char in map(str.encode, text):
        if len(words[-1] + char) > 36:
            words.append(b"")
        words[-1] += char
    return "\r\n ".join(f"=?UTF-8?B?{base64.b64encode(each).decode()}?=" for each in words)


def plain_mail(writing: Writing) -> bytes:
    """One mail written from top to bottom (RFC 5322, RFC 2045, RFC 2046)."""
    text = writing.wording.body.replace("\n", "\r\n").encode()
    content = (
        f"From: {plain_words(writing.identity.name)}\r\n <{OFFICE}>\r\nTo: {writing.shown.wire}\r\n"
        f"Reply-To: {REPLIES}\r\nSubject: {plain_words(writing.wording.subject)}\r\n"
        "Date: Mon, 23 Nov 2026 10:00:00 +0900\r\nMessage-ID: <d41d8cd98f00b204@hirono.example>\r\n"
        "MIME-Version: 1.0\r\n"
    ).encode()
    if writing.encoded:
        content += b'Content-Type: multipart/mixed;\r\n boundary="%s"\r\n\r\n' % BOUNDARY.encode()
        content += OPENING
    content += b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n'
    content += b"\r\n" + base64.encodebytes(text).replace(b"\n", b"\r\n")
    for each in writing.encoded:
        content += OPENING + each.part
    return content + CLOSING if writing.encoded else content


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@example(writing=LISTED)
@given(writing=WILD)
def test_the_pieces_are_the_whole_mail(writing: Writing) -> None:
    composed = writing.mail
    assert b"".join(composed.pieces) == composed.content == plain_mail(writing)
    assert composed.digest == hashlib.sha256(composed.content).hexdigest()
    assert reassemble(composed.head, writing.encoded) == composed.content
    assert pieces_of(composed.head, writing.encoded) == composed.pieces


def test_every_mail_has_the_very_same_part_and_so_has_what_is_cleared() -> None:
    one, two = mail(materials=BOTH), mail(body="二通目", materials=BOTH)
    passed = inspect(one.pieces, TO_AOZORA, IDENTITY, KNOWLEDGE, BOTH)
    for pieces in (one.pieces, two.pieces, passed.pieces):
        assert pieces[1:] == (OPENING, MAP.part, OPENING, LIST.part, CLOSING)
        assert pieces[2] is MAP.part
        assert pieces[4] is LIST.part
    assert passed.content == one.content
    assert (passed.size, passed.digest) == (len(one.content), one.digest)


def test_nothing_of_a_shared_part_is_copied() -> None:
    heavy = (material(b"\x89PNG\r\n\x1a\n" + bytes(4_000_000)),)
    inspect(mail(materials=heavy).pieces, TO_AOZORA, IDENTITY, KNOWLEDGE, heavy)
    tracemalloc.start()
    try:
        composed = mail(body="二通目", materials=heavy)
        passed = inspect(composed.pieces, TO_AOZORA, IDENTITY, KNOWLEDGE, heavy)
        exposures(composed.pieces, TO_AOZORA, KNOWLEDGE, heavy)
        assert (passed.digest, passed.size) == (composed.digest, passed.size)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def parsed(content: bytes | Pieces, seen: list[bytes]) -> ParsedMail | str:
    try:
        return parse_mail(content, seen)
    except Malformed as error:
        return error.reason


@st.composite
def cut(draw: st.DrawFn, mails: st.SearchStrategy[tuple[Writing, bytes]]) -> tuple[Any, ...]:
    """A mail cut anywhere, and at its attachments, which are the shared objects or equal ones."""
    writing, content = draw(mails)
    parts = [each.part for each in writing.encoded]
    shared = "|".join(re.escape(each.decode()) for each in parts) or "(?!)"
    pieces: list[bytes] = []
    for stretch in re.split(f"({shared})", content.decode("latin-1")):
        raw = stretch.encode("latin-1")
        if raw in parts:
            pieces.append(draw(st.sampled_from((parts[parts.index(raw)], another(raw)))))
            continue
        places = draw(st.lists(st.integers(0, len(raw)), max_size=2).map(sorted))
        pieces += [raw[a:b] for a, b in zip([0, *places], [*places, len(raw)], strict=True)]
    seen = draw(st.permutations(parts))[: draw(st.integers(0, len(parts)))]
    return content, tuple(pieces), seen


GOOD = WILD.map(lambda writing: (writing, writing.mail.content))


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(case=cut(GOOD | spoilt(WILD, (*FORBIDDEN, *ANY))))
def test_a_mail_in_pieces_is_read_as_the_whole(case: tuple[bytes, Pieces, list[bytes]]) -> None:
    content, pieces, seen = case
    assert b"".join(pieces) == content
    assert parsed(pieces, seen) == parsed(content, []) == parsed(content, seen)


HEAD = mail(materials=BOTH).head
RIGHT = (HEAD, OPENING, MAP.part, OPENING, LIST.part, CLOSING)
MISPLACED: dict[str, Pieces] = {
    "before the head": (MAP.part, *RIGHT),
    "inside the head": (HEAD[:40], MAP.part, HEAD[40:], *RIGHT[1:]),
    "in place of the text": (HEAD[: HEAD.index(OPENING)], *RIGHT[1:]),
    "behind the text without a delimiter": (HEAD, MAP.part, CLOSING),
    "behind a cut delimiter": (HEAD, OPENING[:-2], MAP.part, CLOSING),
    "behind the delimiter of others": (HEAD, b"--=_0\r\n", MAP.part, CLOSING),
    "behind a delimiter and a line": (HEAD, OPENING + b"\r\n", MAP.part, CLOSING),
    "next to another": (HEAD, OPENING, MAP.part, LIST.part, CLOSING),
    "before a line of something else": (HEAD, OPENING, MAP.part, b"QUJD\r\n", CLOSING),
    "before a delimiter that is not ours": (HEAD, OPENING, MAP.part, b"--=_0--\r\n"),
    "without an end": RIGHT[:-1],
    "behind the end": (*RIGHT, MAP.part),
    "between two ends": (*RIGHT, MAP.part, CLOSING),
    "in a mail of text alone": (mail().head, MAP.part),
    "with a line behind the end": (*RIGHT, b"QUJD\r\n"),
    "alone": (MAP.part,),
    "nothing at all": (),
}


@pytest.mark.parametrize("pieces", MISPLACED.values(), ids=MISPLACED)
def test_a_shared_part_is_refused(pieces: Pieces) -> None:
    seen = [MAP.part, LIST.part]
    assert parsed(pieces, seen) == parsed(b"".join(pieces), [])
    with pytest.raises(GateRefusal):
        inspect(pieces, TO_AOZORA, IDENTITY, KNOWLEDGE, BOTH)


def test_a_mail_has_at_most_sixty_parts_however_it_is_cut() -> None:
    for number, passes in ((59, True), (60, False)):
        pieces = mail(materials=(MAP,) * number).pieces
        assert isinstance(parsed(pieces, [MAP.part]), ParsedMail) is passes
        assert isinstance(parsed(b"".join(pieces), [MAP.part]), ParsedMail) is passes


def test_the_parts_must_be_the_approved_ones_in_their_order() -> None:
    assert inspect(RIGHT, TO_AOZORA, IDENTITY, KNOWLEDGE, BOTH)
    for approved in ((MAP,), (LIST, MAP), (MAP, LIST, LIST), (MAP, MAP)):
        with pytest.raises(GateRefusal, match="materials"):
            inspect(RIGHT, TO_AOZORA, IDENTITY, KNOWLEDGE, approved)


def test_what_is_the_mails_own_is_looked_at_in_every_mail() -> None:
    assert inspect(RIGHT, TO_AOZORA, IDENTITY, KNOWLEDGE, BOTH)
    told = mail(body=f"ご案内 {KURE}", materials=BOTH).pieces
    with pytest.raises(GateRefusal, match="other_address"):
        inspect(told, TO_AOZORA, IDENTITY, KNOWLEDGE, BOTH)
    assert exposures(told, TO_AOZORA, KNOWLEDGE, BOTH) == ("本文",)


def test_what_is_shared_is_looked_at_in_every_mail_too() -> None:
    listed = (material(f"{AOZORA}"),)
    assert inspect(mail(materials=listed).pieces, TO_AOZORA, IDENTITY, KNOWLEDGE, listed)
    to_kure = mail(Individual(KURE), body="ご案内", materials=listed).pieces
    own = type(KNOWLEDGE)(KNOWLEDGE.ours, frozenset((KURE,)), KNOWLEDGE.known)
    with pytest.raises(GateRefusal, match="other_address"):
        inspect(to_kure, Individual(KURE), IDENTITY, own, listed)


class AnyBytes(bytes):
    """Says that it is equal to all others."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = bytes.__hash__


class OtherTuple(tuple[bytes, ...]):
    """Could give other pieces the next time."""


WRONG: dict[str, Any] = {
    "bytes that can be changed": bytearray(mail().content),
    "a piece that can be changed": (HEAD, bytearray(OPENING), *RIGHT[2:]),
    "a view of bytes": memoryview(mail().content),
    "bytes of a type of its own": AnyBytes(mail().content),
    "a piece of a type of its own": (HEAD, OPENING, AnyBytes(LIST.part), *RIGHT[3:]),
    "a tuple of a type of its own": OtherTuple(RIGHT),
    "a list, which can be changed": list(RIGHT),
    "a text": mail().content.decode(),
    "nothing": None,
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_no_mail_is(content: Any) -> None:
    with pytest.raises(Malformed):
        as_pieces(content)
    with pytest.raises(GateRefusal, match="mime"):
        inspect(content, TO_AOZORA, IDENTITY, KNOWLEDGE, BOTH)


def test_a_material_that_claims_to_be_every_part_is_none() -> None:
    liar = EncodedMaterial(LIST.filename, LIST.media_type, LIST.digest, AnyBytes(MAP.part))
    pieces = (HEAD, OPENING, another(LIST.part), CLOSING)
    assert stretches(pieces, [liar.part]) == [b"".join(pieces)]
    assert parse_mail(pieces, [liar.part]) == parse_mail(b"".join(pieces))


def test_equal_pieces_are_the_shared_object_and_the_rest_is_put_together() -> None:
    found = stretches((b"a", b"b", another(MAP.part), MAP.part, b"c", b"d"), [LIST.part, MAP.part])
    assert found == [b"ab", MAP.part, b"", MAP.part, b"cd"]
    assert found[1] is found[3] is MAP.part


def test_the_digest_of_pieces_is_that_of_the_whole() -> None:
    assert sha256_of(b"ab", b"", b"c") == sha256_of(b"abc") == hashlib.sha256(b"abc").hexdigest()
