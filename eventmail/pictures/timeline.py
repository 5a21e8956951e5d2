"""When things happened, in at most as many slots as can be told apart.

A stretch in which nothing happened is left out and marked: mails that come back after two days
must not press the five minutes of a sending into one column.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from eventmail import clock
from eventmail.language import paired, said

MOST = 60
# Each divides the next, so that what was counted by a short one can be put together to a longer.
STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10800, 43200, 86400)
FINEST_KEPT = 1500  # steps of one span that a database is asked to tell apart
DAY = 86400
TOKYO = 9 * 3600  # without summer time
GAPS = 5  # more of them, and the picture shows no course any more: a longer step does
KEPT = 2  # empty slots in a row that are drawn as such
UNITS = (
    (DAY, said("{count}日")),
    (3600, said("{count}時間")),
    (60, said("{count}分")),
    (1, said("{count}秒")),
)

Counted = tuple[int, str, int]  # seconds since 1970, what, how often


@dataclass(slots=True)
class Slot:
    """One step of time: ``counts`` by kind, what else happened, whether time is left out before."""

    label: str
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    after_gap: bool = False

    @property
    def total(self) -> int:
        """All that was counted in it."""
        return sum(self.counts.values())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell of it."""
        return not (self.total or self.notes)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The slots in order, and how long each of them is."""

    step: str
    slots: tuple[Slot, ...]


def finest(seconds: float) -> int:
    """The step in which a database should count a span of so many seconds."""
    return next((each for each in STEPS if each * FINEST_KEPT >= seconds), STEPS[-3])


def timeline(counted: Sequence[Counted], notes: Sequence[tuple[datetime, str]]) -> Timeline:
    """All of it by the shortest step that leaves no more slots than can be told apart."""
    told = [(int(moment.timestamp()), text) for moment, text in notes]
    moments = [at for at, _, _ in counted] + [at for at, _ in told]
    longer = (DAY * 2**power for power in itertools.count(1))
    for step in itertools.chain(STEPS, longer):
        places = _places({_number(at, step) for at in moments})
        if len(places) <= MOST and places.count(None) <= GAPS:
            return Timeline(spoken(step), tuple(_filled(places, step, counted, told)))
    raise AssertionError("there is always a longer step")


def spoken(step: int) -> str:
    """``5分``."""
    size, unit = next(each for each in UNITS if step % each[0] == 0)
    return unit.format(count=step // size)


def _number(at: int, step: int) -> int:
    return (at + TOKYO) // step


def _places(occupied: set[int]) -> list[int | None]:
    """The numbers of the slots to draw; None is a longer stretch that is left out."""
    places: list[int | None] = []
    for number, following in itertools.pairwise([*sorted(occupied), None]):
        places.append(number)
        if number is None or following is None:
            continue
        between = range(number + 1, following)
        places += list(between) if len(between) <= KEPT else [None]
    return places


def _filled(
    places: Sequence[int | None],
    step: int,
    counted: Iterable[Counted],
    notes: Iterable[tuple[int, str]],
) -> list[Slot]:
    numbers = [each for each in places if each is not None]
    days = len({_moment(each, step).date() for each in numbers}) > 1
    slots = {each: Slot(_label(_moment(each, step), step, days)) for each in numbers}
    for before, number in itertools.pairwise(places):
        if before is None and number is not None:
            slots[number].after_gap = True
    for at, kind, count in counted:
        found = slots[_number(at, step)].counts
        found[kind] = found.get(kind, 0) + count
    for at, text in notes:
        slots[_number(at, step)].notes.append(text)
    return list(slots.values())


def _moment(number: int, step: int) -> datetime:
    return clock.in_tokyo(datetime.fromtimestamp(number * step - TOKYO, UTC))


def _label(at: datetime, step: int, days: bool) -> str:
    japanese = f"{at.month}月{at.day}日（{clock.WEEKDAYS[at.weekday()]}）"
    day = paired(japanese, f"{at:%a} {at.day} {at:%b}")
    if step % DAY == 0:
        return day
    seconds = f":{at.second:02}" if step < 60 else ""
    time = f"{at.hour}:{at.minute:02}{seconds}"
    return paired(f"{day}{time}", f"{day.in_english()} {time}") if days else time
