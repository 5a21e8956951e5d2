"""Columns over time, stacked by kind, with numbered marks above them for what else happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eventmail.pictures.looks import Look, Series
from eventmail.pictures.shares import sizes
from eventmail.pictures.timeline import Slot, Timeline

TOP, PLOT = 34, 160  # pixels for the marks, and for the tallest column
LEAST = 3.0
WIDEST = 8.0  # percent: three columns do not fill the page like walls


@dataclass(frozen=True, slots=True)
class Block:
    """One kind in one column. ``x`` and ``width`` in percent, ``y`` and ``height`` in pixels."""

    look: Look
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The numbers of what happened in one slot; two levels, so that neighbours stay apart."""

    label: str
    x: float
    level: int


@dataclass(frozen=True, slots=True)
class Columns:
    """The picture, and in ``slots`` the same for the table. ``notes`` are numbered from 1."""

    step: str
    series: tuple[Series, ...]
    slots: tuple[Slot, ...]
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]
    gaps: tuple[float, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def told(self) -> tuple[Slot, ...]:
        """The slots that a table has to tell of."""
        return tuple(each for each in self.slots if not each.is_empty)

    @property
    def peak(self) -> Slot | None:
        """The fullest slot; None if nothing was counted."""
        return max((each for each in self.slots if each.total), key=_total, default=None)

    def total(self, key: str) -> int:
        """All of one kind."""
        return sum(each.counts.get(key, 0) for each in self.slots)


def columns(series: Sequence[Series], found: Timeline) -> Columns:
    """Draw the slots of a timeline. A kind that never occurs has no place in it."""
    occurring = tuple(
        each for each in series if any(slot.counts.get(each.key) for slot in found.slots)
    )
    wide = _width(found.slots)
    places = _places(found.slots, wide)
    most = max(map(_total, found.slots), default=0)
    return Columns(
        step=found.step,
        series=occurring,
        slots=found.slots,
        blocks=tuple(
            block
            for slot, x in zip(found.slots, places, strict=True)
            for block in _column(occurring, slot, x, wide, most)
        ),
        marks=tuple(_marks(found.slots, places, wide)),
        gaps=tuple(
            round(x - wide / 2, 2)
            for slot, x in zip(found.slots, places, strict=True)
            if slot.after_gap
        ),
        notes=tuple((slot.label, note) for slot in found.slots for note in slot.notes),
    )


def _total(slot: Slot) -> int:
    return slot.total


def _width(slots: Sequence[Slot]) -> float:
    """How wide a slot is: each gap takes the place of one."""
    taken = len(slots) + sum(each.after_gap for each in slots)
    return min(WIDEST, 100 / taken) if taken else WIDEST


def _places(slots: Sequence[Slot], wide: float) -> list[float]:
    places, at = [], 0.0
    for each in slots:
        at += wide if each.after_gap else 0.0
        places.append(round(at, 2))
        at += wide
    return places


def _column(series: Sequence[Series], slot: Slot, x: float, wide: float, most: int) -> list[Block]:
    """From below: the first kind stands on the ground."""
    heights = sizes([slot.counts.get(each.key, 0) for each in series], PLOT, LEAST, most)
    blocks, bottom = [], float(TOP + PLOT)
    for each, height in zip(series, heights, strict=True):
        bottom -= height
        if height:
            blocks.append(
                Block(each.look, round(x, 2), round(wide * 0.9, 2), round(bottom, 1), height)
            )
    return blocks


def _marks(slots: Sequence[Slot], places: Sequence[float], wide: float) -> list[Mark]:
    marks, number = list[Mark](), 0
    for slot, x in zip(slots, places, strict=True):
        if slot.notes:
            first, number = number + 1, number + len(slot.notes)
            label = str(first) if first == number else f"{first}～{number}"
            marks.append(Mark(label, round(x + wide * 0.45, 2), len(marks) % 2))
    return marks
