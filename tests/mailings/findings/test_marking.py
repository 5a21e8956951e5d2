"""Findings' spans as pieces of the letter: nothing is lost, and overlaps are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.mailings.findings import Finding, Level, Place, Where
from eventmail.mailings.findings.marking import Segment, segments

TEXT = "abcdefghij"


def at(*spans: tuple[int, int], level: Level = Level.WARN) -> Finding:
    first, *rest = [Place(Where.BODY, start, end) for start, end in spans]
    return Finding("code", "文。", level, first, tuple(rest))


def shown(found: list[Finding]) -> list[tuple[str, tuple[int, ...]]]:
    return [(each.text, each.findings) for each in segments(TEXT, found, Where.BODY)]


CASES: dict[str, tuple[list[Finding], list[tuple[str, tuple[int, ...]]]]] = {
    "nothing": ([], [("abcdefghij", ())]),
    "one": ([at((2, 4))], [("ab", ()), ("cd", (0,)), ("efghij", ())]),
    "at the beginning and the end": (
        [at((0, 1), (9, 10))],
        [("a", (0,)), ("bcdefghi", ()), ("j", (0,))],
    ),
    "side by side": ([at((2, 4)), at((4, 5))],
                     [("ab", ()), ("cd", (0,)), ("e", (1,)), ("fghij", ())]),
    "overlapping": (
        [at((1, 4)), at((3, 6))],
        [("a", ()), ("bc", (0,)), ("d", (0, 1)), ("ef", (1,)), ("ghij", ())],
    ),
    "one inside the other": (
        [at((1, 8)), at((3, 4))],
        [("a", ()), ("bc", (0,)), ("d", (0, 1)), ("efgh", (0,)), ("ij", ())],
    ),
    "beyond the end": ([at((8, 99))], [("abcdefgh", ()), ("ij", (0,))]),
    "outside": ([at((50, 60))], [("abcdefghij", ())]),
    "empty": ([at((3, 3))], [("abcdefghij", ())]),
    "in the subject": ([Finding("c", "文。", place=Place(Where.SUBJECT, 0, 2))], [(TEXT, ())]),
    "without a span": ([Finding("c", "文。", place=Place(Where.BODY))], [(TEXT, ())]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_pieces(name: str) -> None:
    found, expected = CASES[name]
    assert shown(found) == expected


def test_a_piece_weighs_as_much_as_its_heaviest_finding() -> None:
    pieces = segments(TEXT, [at((0, 4)), at((2, 6), level=Level.BLOCK)], Where.BODY)
    assert [each.level for each in pieces] == [Level.WARN, Level.BLOCK, Level.BLOCK, None]


def test_each_finding_opens_once_however_many_its_pieces() -> None:
    pieces = segments(TEXT, [at((0, 2), (5, 6)), at((1, 3))], Where.BODY)
    opened = [number for each in pieces for number in each.opens]
    assert sorted(opened) == [0, 1]
    assert pieces[0] == Segment("a", (0,), (0,), Level.WARN)


SPANS = st.tuples(st.integers(0, 12), st.integers(0, 12))


@given(st.lists(st.lists(SPANS, min_size=1, max_size=3), max_size=5))
def test_the_pieces_are_the_text_and_cover_exactly_the_spans(
    spans: list[list[tuple[int, int]]],
) -> None:
    pieces = segments(TEXT, [at(*each) for each in spans], Where.BODY)
    assert "".join(each.text for each in pieces) == TEXT
    marked = [each.findings for each in pieces for _ in each.text]
    for position, numbers in enumerate(marked):
        covering = {n for n, each in enumerate(spans) for a, b in each if a <= position < b}
        assert set(numbers) == covering
