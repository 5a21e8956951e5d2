"""Whatever comes in, the reader ends in time, within its memory, with one of three words."""

from __future__ import annotations

import resource

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventmail.bounces import reading
from eventmail.bounces.reading.parsing import LARGEST, MOST_PARTS, parse
from eventmail.bounces.reading.reader import read_here
from eventmail.bounces.reading.report import Kind
from eventmail.bounces.reading.status import MOST
from tests.bounces.mails import TO, block, mail, parts, report
from tests.bounces.test_reading import CORPUS

SEEDS = [case.raw for case in CORPUS.values()]
TOKENS = (
    b"\n", b"\r\n", b"\n\n", b"\r", b"\0", b"\x1b$B", b"\x1b(B", b"=?utf-8?B?", b"?=", b"=?",
    b"--=_b", b"--=_b--", b"Content-Type: message/rfc822\n\n",
    b"Content-Type: message/delivery-status\n\n",
    b"Content-Transfer-Encoding: base64\n", b'Content-Type: multipart/mixed; boundary=""\n\n',
    b"Content-Type: text/plain; charset*0*=x\n", b"Final-Recipient: rfc822; ", b"Status: 5.1.1\n",
    b"@", b"<", b">", b"\xff\xfe", b"\xe3\x81", b"(" * 50, b"a" * 3000, b": ", b"\t",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A mail of the corpus after a few cuts, copies and insertions."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw)))
        end = min(len(raw), at + draw(st.integers(0, 200)))
        new = draw(st.sampled_from(TOKENS) | st.binary(max_size=20) | st.just(bytes(raw[at:end])))
        raw[at : end if draw(st.booleans()) else at] = new
    return bytes(raw)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated() | st.binary(max_size=400))
@example(b"Content-Type: text/plain; charset*0*=x\n\n\xe6\n")
def test_no_mail_makes_it_fail(raw: bytes) -> None:
    found = read_here(raw)
    assert found.kind in Kind
    assert len(found.recipients) <= MOST
    assert all("@" in each.address and each.reason for each in found.recipients)


def nested(depth: int) -> bytes:
    """Multiparts, each in the one before."""
    heads = (f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return b"From: MAILER-DAEMON@x.example\n" + "".join(heads).encode()


HOSTILE: dict[str, bytes] = {
    "multiparts in multiparts": nested(3000),
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 20_000,
    "a million parts": parts(kind="multipart/mixed") + b"--=_b\n\nx\n" * 500_000,
    "a million recipients": report(f"{block('5.1.1')}\n" * 60_000),
    "a million headers": b"Received: from x by y\n" * 400_000,
    "one header of ten megabytes": b"Subject: " + b"=?utf-8?B?44GC?= " * 600_000,
    "one line of ten megabytes": mail("This is the mail system. " + "a@b" * 3_000_000),
    "brackets": mail("Hi. This is the\n\n" + "<" * 2_000_000),
    "an unclosed page": parts(("text/html", "<script " * 200_000), kind="multipart/mixed"),
    "an unfinished encoding": parts(
        ("text/plain\nContent-Transfer-Encoding: base64", "A" * 3_000_000)
    ),
    "a uuencoded surprise": mail("begin 666 x\n" + "M" * 5_000_000),
    "nothing but null bytes": b"\0" * LARGEST,
    "spaces": mail("Unable to deliver message to\n" + " " * 4_000_000 + "@"),
    "dots and signs": mail(("." * 5000 + "@" + "-" * 5000 + "\n") * 400),
    "longer than it reads": report(block("5.1.1")) + b"x" * (LARGEST + 1),
}  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_mail_is_read_within_the_limits(
    raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child has so much processor time and memory; what needs more is not readable."""
    monkeypatch.setattr(reading, "SECONDS", 12.0)  # twice what it takes on a busy machine
    assert reading.read(raw).readable


def test_what_runs_into_a_limit_is_no_bounce_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.5)
    monkeypatch.setattr(reading, "MEGABYTES", 40)
    found = reading.read(report(block("5.1.1")) + b"x" * LARGEST)
    assert (found.kind, found.recipients, found.readable) == (Kind.OTHER, (), False)


def test_parts_and_depth_are_bounded() -> None:
    many = parts(*[("text/plain", "x")] * (MOST_PARTS * 3), kind="multipart/mixed")
    assert len(list(parse(many).root.walk())) == MOST_PARTS
    assert len(list(parse(nested(50)).root.walk())) < 20


def test_what_stands_behind_ten_megabytes_is_not_needed() -> None:
    found = reading.read(report(block("5.1.1")) + b"attachment" * 1_200_000)
    assert [each.address for each in found.recipients] == [TO]


def test_the_reader_itself_is_cheap() -> None:
    """Its own memory while the whole corpus is read: parsers that keep everything show here."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for raw in SEEDS * 3:
        read_here(raw)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
