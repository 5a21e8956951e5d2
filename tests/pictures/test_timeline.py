"""Slots of time: never more than can be told apart, nothing lost, long silences left out."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.pictures.timeline import MOST, STEPS, Counted, finest, timeline

NINE = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)  # 9:00 in Tokyo
START = int(NINE.timestamp())


def every(step: int, times: int, kind: str = "accepted", count: int = 1) -> list[Counted]:
    return [(START + step * number, kind, count) for number in range(times)]


CASES: dict[str, tuple[list[Counted], str, int]] = {
    "nothing": ([], "1秒", 0),
    "one moment": (every(1, 1, count=30), "1秒", 1),
    "a minute, second by second": (every(1, 60), "1秒", 60),
    "two minutes": (every(1, 120), "5秒", 24),
    "an hour": (every(10, 360), "1分", 60),
    "100,000 in an hour, as a database counts them": (every(5, 720, count=139), "1分", 60),
    "a working day": (every(60, 8 * 60), "10分", 48),
    "a week": (every(3600, 7 * 24), "3時間", 56),
    "a year": (every(86400, 365), "8日", 47),
}


@pytest.mark.parametrize("case", CASES)
def test_the_shortest_step_that_can_be_told_apart(case: str) -> None:
    counted, step, slots = CASES[case]
    found = timeline(counted, [])
    assert (found.step, len(found.slots)) == (step, slots)
    assert sum(each.total for each in found.slots) == sum(count for _, _, count in counted)


def test_kinds_are_counted_apart_and_notes_stand_where_they_belong() -> None:
    counted = [(START, "accepted", 5), (START, "refused", 1), (START + 2, "accepted", 3)]
    found = timeline(counted, [(NINE + timedelta(seconds=2.7), "一時停止")])
    assert [(each.label, each.counts, each.notes) for each in found.slots] == [
        ("9:00:00", {"accepted": 5, "refused": 1}, []),
        ("9:00:01", {}, []),
        ("9:00:02", {"accepted": 3}, ["一時停止"]),
    ]


def test_a_long_silence_is_left_out_and_marked() -> None:
    counted = [*every(1, 5), (START + 2 * 86400, "bounced", 1)]
    found = timeline(counted, [])
    assert found.step == "1秒", "two days of waiting do not press five seconds together"
    assert [each.after_gap for each in found.slots] == [False] * 5 + [True]
    assert found.slots[0].label == "12月1日（火）9:00:00"
    assert found.slots[-1].label == "12月3日（木）9:00:00"


def test_few_mails_far_apart_get_a_longer_step_rather_than_many_gaps() -> None:
    found = timeline(every(37, 14), [])
    assert found.step == "30秒"
    assert sum(each.after_gap for each in found.slots) <= 5


def test_a_note_without_any_count_has_a_slot_too() -> None:
    (only,) = timeline([], [(NINE, "取りやめ")]).slots
    assert (only.total, only.notes, only.is_empty) == (0, ["取りやめ"], False)


def test_days_begin_at_midnight_in_tokyo() -> None:
    late = int(datetime(2026, 12, 1, 14, 59, tzinfo=UTC).timestamp())  # 23:59
    found = timeline([*every(86400, 61), (late, "bounced", 1)], [])
    assert found.slots[0].label.startswith("1")
    assert found.step == "2日"


@given(
    st.lists(
        st.tuples(st.integers(0, 4 * 10**8), st.sampled_from("ab"), st.integers(1, 9)), max_size=200
    )
)
def test_never_too_many_slots_and_nothing_lost(counted: list[Counted]) -> None:
    found = timeline(counted, [])
    gaps = sum(each.after_gap for each in found.slots)
    assert len(found.slots) + gaps <= MOST
    for kind in "ab":
        told = sum(each.counts.get(kind, 0) for each in found.slots)
        assert told == sum(count for _, what, count in counted if what == kind)


def test_steps_can_be_put_together() -> None:
    assert all(longer % shorter == 0 for shorter, longer in itertools.pairwise(STEPS))


@pytest.mark.parametrize(
    ("seconds", "step"),
    [(0, 1), (1500, 1), (1501, 5), (8 * 3600, 30), (7 * 86400, 600), (9 * 10**9, 10800)],
)
def test_a_database_is_asked_no_finer_than_can_be_used(seconds: int, step: int) -> None:
    assert finest(seconds) == step
