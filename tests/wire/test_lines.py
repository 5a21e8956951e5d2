"""A mail's content in pieces: whole lines, doubled dots, and large pieces read only once."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.wire import lines
from eventmail.wire.lines import Lines

SMALL = b"head\r\n"
BIG = (b"x" * 70 + b"\r\n") * 1000

DOTS = {
    "at the beginning": ([b".\r\nx\r\n"], b"..\r\nx\r\n"),
    "at the beginning alone": ([b".x\r\n"], b"..x\r\n"),
    "on a line": ([b"x\r\n.\r\n"], b"x\r\n..\r\n"),
    "two of them": ([b"x\r\n..\r\n.\r\n"], b"x\r\n...\r\n..\r\n"),
    "inside a line": ([b"x.\r\nx.x\r\n"], b"x.\r\nx.x\r\n"),
    "at a border behind a line": ([b"x\r\n", b".\r\n"], b"x\r\n..\r\n"),
    "at a border inside a line": ([b"x", b".\r\n"], b"x.\r\n"),
    "at a border inside an end": ([b"x\r", b"\n.\r\n"], b"x\r\n..\r\n"),
    "behind an empty piece": ([b"x\r\n", b"", b".y\r\n"], b"x\r\n..y\r\n"),
    "behind an empty beginning": ([b"", b".y\r\n"], b"..y\r\n"),
    "alone in a piece": ([b"x\r\n", b".", b"\r\n"], b"x\r\n..\r\n"),
    "twice at a border": ([b"x\r\n", b".", b".\r\n"], b"x\r\n...\r\n"),
    "in a large piece": ([b"x\r\n", b"." + BIG + b".y\r\n"], b"x\r\n.." + BIG + b"..y\r\n"),
}


@pytest.mark.parametrize(("pieces", "wire"), DOTS.values(), ids=DOTS)
def test_dots_are_doubled_where_they_would_end_the_mail(pieces: list[bytes], wire: bytes) -> None:
    ready = Lines().ready(pieces)
    assert ready is not None
    assert b"".join(ready) == wire


BROKEN = {
    "nothing": [],
    "nothing in a piece": [b""],
    "no end": [b"x"],
    "no end behind lines": [b"x\r\n", b"y"],
    "a bare LF": [b"x\ny\r\n"],
    "a bare LF at the end": [b"x\n"],
    "a bare CR": [b"x\ry\r\n"],
    "a bare CR at the end": [b"x\r\n", b"y\r"],
    "CR and LF the wrong way round": [b"x\n\ry\r\n"],
    "two CR": [b"x\r\r\n"],
    "a bare LF at a border": [b"x", b"\ny\r\n"],
    "a bare CR at a border": [b"x\r", b"y\r\n"],
    "an LF behind a whole end": [b"x\r\n", b"\ny\r\n"],
    "one of each, the LF at a border": [b"a\rb", b"\nc\r\n"],
    "one of each, parted": [b"x\r", b"y\n\r\n"],
}


@pytest.mark.parametrize("pieces", BROKEN.values(), ids=BROKEN)
def test_lines_end_in_crlf_and_nowhere_else(pieces: list[bytes]) -> None:
    assert Lines().ready(pieces) is None


CHARACTERS = st.lists(st.sampled_from([b"\r", b"\n", b".", b"x", b"\r\n", b"\r\n."])).map(b"".join)


@given(st.lists(CHARACTERS, max_size=5))
def test_cuts_between_pieces_change_nothing(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    is_whole = re.fullmatch(rb"(?:[^\r\n]*\r\n)+", whole)
    expected = re.sub(rb"(?m)^\.", b"..", whole) if is_whole else None
    for cut in (pieces, [whole]):
        ready = Lines().ready(cut)
        assert (None if ready is None else b"".join(ready)) == expected


def test_a_piece_that_needs_no_dot_goes_as_the_very_object_it_is() -> None:
    ready = Lines().ready([b"head\r\n", BIG])
    assert ready is not None
    assert ready[1] is BIG


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Which pieces were read."""
    found: list[bytes] = []
    read = lines._read
    monkeypatch.setattr(lines, "_read", lambda piece: found.append(piece) or read(piece))
    return found


def test_a_large_piece_is_read_once_and_a_small_one_each_time(reads: list[bytes]) -> None:
    seen = Lines()
    for _ in range(3):
        assert seen.ready([SMALL, BIG])
    assert reads == [SMALL, BIG, SMALL, SMALL]


def test_what_is_as_large_as_that_is_large(reads: list[bytes]) -> None:
    seen = Lines()
    for _ in range(2):
        assert seen.ready([BIG[-lines.WORTH_REMEMBERING :]])
    assert len(reads) == 1


def test_another_piece_of_the_same_length_is_read(reads: list[bytes]) -> None:
    seen = Lines()
    assert seen.ready([BIG])
    assert seen.ready([BIG[:-3] + b"\nx\n"]) is None
    assert len(reads) == 2


def test_no_more_than_a_bounded_number_of_bytes_is_kept(
    reads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_REMEMBERED", len(BIG) * 2)
    seen = Lines()
    different = [b"%d" % number + BIG[1:] for number in range(3)]
    for piece in itertools.chain(different, different[:1], different[2:]):
        assert seen.ready([piece])
        assert sum(map(len, seen._known)) == seen._size <= len(BIG) * 2
    assert reads == [*different, different[0]]


def test_a_piece_larger_than_all_that_is_kept_is_not_kept(
    reads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_REMEMBERED", len(BIG) - 1)
    seen = Lines()
    assert [seen.ready([BIG]) is None for _ in range(2)] == [False, False]
    assert reads == [BIG, BIG]
    assert (seen._known, seen._size) == ({}, 0)
