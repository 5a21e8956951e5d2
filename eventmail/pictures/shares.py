"""Bars of parts one behind the other, and bars that compare one figure of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventmail.pictures.looks import Look, Series

ROOM = 100.0  # percent of the width that there is
LEAST = 0.6  # so that one of 100,000 can be seen


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: what it counts, where it is drawn, and how much of the whole it is."""

    look: Look
    name: str
    count: int
    x: float
    width: float
    percent: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. ``unit`` is what its parts count."""

    name: str
    unit: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """The whole of it."""
        return sum(each.count for each in self.parts)


def bar(
    name: str, unit: str, series: Sequence[Series], counts: Mapping[str, int], most: int = 0
) -> Bar:
    """A bar as wide as there is room; or, where ``most`` is the longest of several, its share."""
    numbers = [counts.get(each.key, 0) for each in series]
    total, parts, at = sum(numbers), [], 0.0
    for each, count, width in zip(series, numbers, sizes(numbers, ROOM, LEAST, most), strict=True):
        parts.append(Part(each.look, each.name, count, round(at, 2), width, percent(count, total)))
        at += width
    return Bar(name, unit, tuple(parts))


def sizes(counts: Sequence[int], room: float, least: float, most: int = 0) -> list[float]:
    """How long each part is. What is not zero is never too short to be seen: the longest gives."""
    whole = max(most, sum(counts)) or 1
    exact = [room * count / whole for count in counts]
    shown = [max(size, least) if count else 0.0 for size, count in zip(exact, counts, strict=True)]
    over = max(0.0, sum(shown) - max(sum(exact), least * sum(map(bool, counts))))
    if over:
        longest = shown.index(max(shown))
        shown[longest] = max(least, shown[longest] - over)
    return [round(size, 2) for size in shown]


def lengths(counts: Sequence[int]) -> list[float]:
    """One bar each, the longest as wide as there is room."""
    most = max(counts, default=0)
    return [sizes([count], ROOM, LEAST, most)[0] for count in counts]


def percent(count: int, total: int) -> int:
    """To the nearest whole one; half upwards."""
    return (200 * count + total) // (2 * total) if total else 0
