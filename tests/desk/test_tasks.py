"""How pressing a task is, and the words for its age and its event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from eventmail.desk.tasks import Kind, Task, age, by_urgency, nearness

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)  # noon in Tokyo
DAY = timedelta(days=1)
TASK = Task(Kind.CHECK, 1, "雇用情報交換会", date(2026, 12, 9), since=NOW - DAY)

ORDERS = {
    "what is on fire comes first": [
        replace(TASK, kind=Kind.RELAY),
        replace(TASK, kind=Kind.HALTED),
        replace(TASK, kind=Kind.UNCERTAIN),
        replace(TASK, kind=Kind.APPROVE, held_on=date(2026, 11, 27)),
    ],
    "then the nearest event": [
        replace(TASK, held_on=date(2026, 11, 27)),
        replace(TASK, kind=Kind.APPROVE, held_on=date(2026, 12, 1)),
        TASK,
    ],
    "a planned start is nearer than its event": [
        replace(TASK, send_at=NOW + DAY),
        replace(TASK, held_on=date(2026, 11, 28)),
    ],
    "what is late comes before what is not": [
        replace(TASK, send_at=NOW - DAY),
        replace(TASK, send_at=NOW + DAY),
    ],
    "of two alike the one that has waited longer": [
        replace(TASK, since=NOW - 2 * DAY),
        TASK,
        replace(TASK, since=None),
    ],
}


@pytest.mark.parametrize("tasks", ORDERS.values(), ids=ORDERS)
def test_the_most_pressing_first(tasks: list[Task]) -> None:
    with time_machine.travel(NOW, tick=False):
        assert by_urgency(reversed(tasks)) == tasks


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (timedelta(), "いま届きました"),
        (timedelta(seconds=59), "いま届きました"),
        (timedelta(minutes=1), "1分前から待っています"),
        (timedelta(minutes=59), "59分前から待っています"),
        (timedelta(hours=1), "1時間前から待っています"),
        (timedelta(hours=23, minutes=59), "23時間前から待っています"),
        (timedelta(days=1), "1日前から待っています"),
        (timedelta(days=400), "400日前から待っています"),
        (timedelta(minutes=-5), "いま届きました"),
    ],
)
def test_how_long_it_has_waited(gone: timedelta, words: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert age(NOW - gone) == words


@pytest.mark.parametrize(
    ("held_on", "words"),
    [
        (date(2026, 12, 9), "開催まで13日"),
        (date(2026, 11, 27), "開催まで1日"),
        (date(2026, 11, 26), "今日開催"),
        (date(2026, 11, 25), "開催済み"),
    ],
)
def test_how_near_the_event_is(held_on: date, words: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert nearness(held_on) == words


def test_late_is_what_should_have_begun() -> None:
    with time_machine.travel(NOW, tick=False):
        assert replace(TASK, send_at=NOW - DAY).is_late
        assert not replace(TASK, send_at=NOW + DAY).is_late
        assert not TASK.is_late
