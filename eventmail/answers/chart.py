"""The figures as bars that a template draws, and the same in numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eventmail.answers.listing import Figures
from eventmail.language import said

WIDTH, HEIGHT = 400, 24


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: what it counts, where it is drawn, and how much of the whole it is."""

    kind: str
    name: str
    count: int
    x: int
    width: int
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


def bars(figures: Figures) -> tuple[Bar, ...]:
    """Companies by their answer, contacts by whether they received the mail."""
    opened = figures.opened - figures.confirmed
    return (
        bar(
            said("回答"),
            said("社"),
            (
                ("attending", said("参加"), figures.attending),
                ("absent", said("欠席"), figures.absent),
                ("waiting", said("未回答"), figures.unanswered),
            ),
        ),
        bar(
            said("受け取りの確認"),
            said("件"),
            (
                ("confirmed", said("確認済み"), figures.confirmed),
                ("opened", said("ページを開いただけ"), opened),
                ("waiting", said("まだ開いていない"), figures.contacts - figures.opened),
            ),
        ),
    )


def bar(name: str, unit: str, counted: Sequence[tuple[str, str, int]]) -> Bar:
    """Parts one behind the other, together as wide as there is room."""
    total = sum(count for _, _, count in counted) or 1
    parts, before = [], 0
    for kind, word, count in counted:
        start, end = WIDTH * before // total, WIDTH * (before + count) // total
        parts.append(Part(kind, word, count, start, end - start, percent(count, total)))
        before += count
    return Bar(name, unit, tuple(parts))


def percent(count: int, total: int) -> int:
    """To the nearest whole one; half upwards."""
    return (200 * count + total) // (2 * total) if total else 0
