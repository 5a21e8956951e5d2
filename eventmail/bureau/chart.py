"""How far each office's mailings are, as bars beside each other; the table says it in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.bureau.service import Figures, Overview
from eventmail.mailings.models import MailingState as S

WIDTH = 1000
# The parts of a bar from left to right, each with the colour of its class in app.css.
PARTS: tuple[tuple[str, tuple[S, ...]], ...] = (
    ("ok", (S.SENT,)),
    ("warn", (S.SENDING,)),
    ("neutral", (S.DRAFT, S.CHECKING, S.APPROVING)),
    ("error", (S.HALTED, S.REJECTED)),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One coloured stretch of a bar."""

    colour: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One office's bar."""

    office: str
    total: int
    parts: tuple[Part, ...]


def bars(overview: Overview) -> tuple[Bar, ...]:
    """One bar for each office, all drawn to the same scale."""
    scale = WIDTH / max(overview.busiest, 1)
    return tuple(_bar(each, scale) for each in overview.offices)


def _bar(office: Figures, scale: float) -> Bar:
    at, parts = 0.0, []
    for colour, states in PARTS:
        width = round(scale * sum(office.mailings.get(state, 0) for state in states), 1)
        if width:
            parts.append(Part(colour, round(at, 1), width))
        at += width
    return Bar(office.name, sum(office.mailings.values()), tuple(parts))
