"""What is written arrives; what the gate lets through is right, whatever happened on the way.

Read by our strict parser and, independently of it, by the standard library (:mod:`tests.eyes`).
"""

from __future__ import annotations

import base64
import email  # noqa: TID251
import email.policy  # noqa: TID251
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message  # noqa: TID251
from email.utils import getaddresses  # noqa: TID251
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from eventmail.wire import GateRefusal, Identity, Individual, Material, Wording, inspect, parse_mail
from tests import eyes
from tests.wire.mutations import ANY, FORBIDDEN, splice, spoilt
from tests.wire.nearby import no_child
from tests.wire.samples import AOZORA, IDENTITY, KURE, OFFICE, REPLIES, WORDING, mail
from tests.wire.writings import HARMLESS, WILD, Writing

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
WORD = re.compile(rb"=\?UTF-8\?B\?([^?]*)\?=")


@pytest.fixture(autouse=True, scope="module")
def _in_this_process() -> Iterator[None]:
    with no_child():
        yield


def clears(content: bytes, writing: Writing) -> bool:
    choices = (writing.envelope, writing.identity, writing.knowledge, writing.encoded)
    try:
        return inspect(content, *choices).content == content
    except GateRefusal:
        return False


def edge(name: str, subject: str, body: str, filename: str) -> Writing:
    files = (Material(filename, "application/pdf", b"%PDF-"),)
    identity, wording = Identity(name, OFFICE, REPLIES), Wording(subject, body)
    return Writing(identity, Individual(AOZORA), wording, files)


LISTED = edge("a, b", " 先頭と末尾の空白 ", "。", "会場図 (1), 髙﨑①㈱😀.pdf")
ENCODED = edge("=?UTF-8?B?YQ==?=", "=?x?=", ".", "..a")
LONGEST = edge("👩‍👩‍👧" * 60, "😀" * 500, "x" * 20_000, "髙" * 200)


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@example(writing=LISTED)
@example(writing=ENCODED)
@example(writing=LONGEST)
@given(writing=WILD)
def test_our_parser_reads_what_was_written(writing: Writing) -> None:
    parsed = parse_mail(writing.mail.content)
    assert parsed.value("From") == f"{writing.identity.name} <{OFFICE}>"
    assert parsed.value("To") == writing.shown.wire
    assert parsed.value("Subject") == writing.wording.subject
    assert parsed.body == writing.wording.body.replace("\n", "\r\n")
    assert [(each.filename, each.media_type, each.content) for each in parsed.attachments] == [
        (each.filename, each.media_type, each.content) for each in writing.materials
    ]


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@example(writing=LISTED)
@example(writing=ENCODED)
@example(writing=LONGEST)
@given(writing=WILD)
def test_the_standard_library_reads_what_was_written(writing: Writing) -> None:
    content = writing.mail.content
    older = email.message_from_bytes(content)
    newer = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(newer, EmailMessage)
    assert newer["Subject"] == eyes.header_text(older["Subject"]) == writing.wording.subject
    # The newer reader puts a space between two words of a name, even in what it wrote itself.
    sender = older["From"].removesuffix(f"\r\n <{OFFICE}>")
    assert eyes.header_text(sender) == writing.identity.name
    assert [each.addr_spec for each in newer["From"].addresses] == [str(OFFICE)]
    assert len(newer["To"].addresses) == 1
    body = newer.get_body(("plain",))
    assert body is not None
    assert body.get_content() == writing.wording.body.replace("\n", "\r\n")
    for message in (older, newer):
        assert _files(message) == [
            (each.filename.strip(), each.media_type, each.content) for each in writing.materials
        ]


def _files(message: Message) -> list[tuple[str, str, bytes]]:
    parts = [each for each in message.walk() if not each.is_multipart()][1:]
    assert all(each.get_content_disposition() == "attachment" for each in parts)
    return [(each.get_filename() or "", each.get_content_type(), _bytes(each)) for each in parts]


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(writing=WILD)
def test_lines_are_short_ascii_and_words_are_whole(writing: Writing) -> None:
    content = writing.mail.content
    assert content.isascii()
    assert b"\0" not in content
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
    for line in content.split(b"\r\n"):
        only_one = b" " not in line.strip().partition(b": ")[2]  # an address, a long media type
        assert len(line) <= (998 if only_one and not line.startswith(b"--") else 78)
        assert len(line) <= 78 or b"?=" not in line
    for word in WORD.finditer(content):
        assert len(word[0]) <= 75
        assert base64.b64decode(word[1], validate=True).decode()


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(writing=HARMLESS)
def test_the_gate_clears_all_that_compose_makes(writing: Writing) -> None:
    assert clears(writing.mail.content, writing)


@pytest.mark.parametrize("kind", FORBIDDEN, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_mail_is_refused_after(kind: object, data: st.DataObject) -> None:
    writing, content = data.draw(spoilt(HARMLESS, (kind,)))
    assert not clears(content, writing)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(pair=spoilt(HARMLESS, ANY, most=3))
def test_whatever_is_cleared_is_still_right(pair: tuple[Writing, bytes]) -> None:
    writing, content = pair
    passed = clears(content, writing)
    event(f"cleared: {passed}")
    if passed:
        _assert_right(content, writing)


def _assert_right(content: bytes, writing: Writing) -> None:
    """All that the gate protects, as the standard library reads it."""
    names = sorted(email.message_from_bytes(writing.mail.content).keys())
    files = [(each.filename.strip(), each.media_type, each.content) for each in writing.materials]
    people = {"From": OFFICE, "To": writing.shown, "Reply-To": REPLIES}
    for policy in eyes.POLICIES:
        message = email.message_from_bytes(content, policy=policy)
        assert not any(part.defects for part in message.walk())
        assert sorted(message.keys()) == names
        assert {name: _people(message, name) for name in people} == {
            name: [str(address)] for name, address in people.items()
        }
        assert _files(message) == files
    allowed = frozenset(each.key for each in (*writing.own, OFFICE, REPLIES))
    texts = eyes.readings(content)
    others = [each for each in writing.knowledge.known if each not in allowed]
    assert not any(eyes.shows(texts, each, allowed) for each in others)


def _people(message: Message, name: str) -> list[str]:
    values = [str(value) for value in message.get_all(name, [])]
    return [address.replace('"', "") for _, address in getaddresses(values)]


CUTS = st.lists(st.integers(1, len(str(KURE)) - 1), max_size=8, unique=True).map(sorted)
SEAMS = st.sampled_from((" ", "\r\n ", "  ", "\r\n  ", " \r\n ", "\t", "", "\r\n\t", "   "))
MANY = len(str(KURE))


def same_or_mixed(each: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return each.map(lambda one: [one] * MANY) | st.lists(each, min_size=MANY, max_size=MANY)


@settings(max_examples=150, deadline=None)
@example(cuts=[1, 10, 15, 16, 17, 21], seams=["  "] * MANY, encoded=[True] * MANY)
@given(cuts=CUTS, seams=same_or_mixed(SEAMS), encoded=same_or_mixed(st.booleans()))
def test_another_participant_in_a_subject_however_it_is_cut_into_words(
    cuts: list[int], seams: list[str], encoded: list[bool]
) -> None:
    pieces = [str(KURE)[a:b] for a, b in zip([0, *cuts], [*cuts, MANY], strict=True)]
    words = [_word(text) if inside else text for text, inside in zip(pieces, encoded, strict=False)]
    subject = words[0] + "".join(map(str.__add__, seams, words[1:]))
    content = mail().content
    start, end = content.index(b"Subject: ") + 9, content.index(b"\r\nDate")
    content = splice(content, start, end, subject.encode())
    writing = Writing(IDENTITY, Individual(AOZORA), WORDING, ())
    if eyes.shows(eyes.readings(content), KURE.key):
        assert not clears(content, writing)


def _word(text: str) -> str:
    return f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="
