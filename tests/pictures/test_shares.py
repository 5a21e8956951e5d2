"""Bars: as wide as what they count, nothing too small to be seen, nothing beyond the room."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.pictures.looks import Look, Series
from eventmail.pictures.shares import LEAST, ROOM, bar, lengths, percent, sizes

SERIES = (Series("a", "甲", Look.OK), Series("b", "乙", Look.WAIT), Series("c", "丙", Look.BAD))
SIZES = {
    "nothing": ([0, 0, 0], 0, [0, 0, 0]),
    "one kind": ([7, 0, 0], 0, [100, 0, 0]),
    "halves and quarters": ([2, 1, 1], 0, [50, 25, 25]),
    "one of 100,000 is seen": ([99_999, 0, 1], 0, [99.4, 0, 0.6]),
    "against a longer one": ([1, 1, 0], 8, [12.5, 12.5, 0]),
    "one against 100,000 is seen": ([0, 0, 1], 100_000, [0, 0, 0.6]),
}


@pytest.mark.parametrize("case", SIZES)
def test_each_part_is_as_long_as_what_it_counts(case: str) -> None:
    counts, most, expected = SIZES[case]
    assert sizes(counts, ROOM, LEAST, most) == pytest.approx(expected, abs=0.01)


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=6), st.integers(0, 200_000))
def test_no_part_is_lost_and_none_goes_beyond_the_room(counts: list[int], most: int) -> None:
    found = sizes(counts, ROOM, LEAST, most)
    assert [size > 0 for size in found] == [count > 0 for count in counts]
    assert sum(found) <= ROOM + 0.05
    assert all(size >= LEAST for size, count in zip(found, counts, strict=True) if count)
    for one, other in itertools.pairwise(counts):
        assert one != other or sizes([one], ROOM, LEAST, 9) == sizes([other], ROOM, LEAST, 9)


def test_the_parts_of_a_bar_follow_each_other_with_their_numbers() -> None:
    found = bar("回答", "社", SERIES, {"a": 3, "c": 1})
    assert [(p.name, p.count, p.x, p.width, p.percent) for p in found.parts] == [
        ("甲", 3, 0, 75, 75),
        ("乙", 0, 75, 0, 0),
        ("丙", 1, 75, 25, 25),
    ]
    assert (found.total, found.unit) == (4, "社")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([], []), ([0, 0], [0, 0]), ([3, 0, 6], [50, 0, 100]), ([1, 100_000], [0.6, 100])],
)
def test_lengths_compare_with_the_longest(counts: list[int], expected: list[float]) -> None:
    assert lengths(counts) == expected


@pytest.mark.parametrize(
    ("count", "total", "expected"), [(0, 0, 0), (1, 3, 33), (1, 2, 50), (1, 8, 13), (7, 7, 100)]
)
def test_a_percentage_is_rounded_half_up(count: int, total: int, expected: int) -> None:
    assert percent(count, total) == expected
