"""A letter cut into pieces, so that a page can mark where findings stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eventmail.mailings.findings.finding import Finding, Level, Place, Where


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text, and the numbers of the findings that it belongs to (none: plain).

    ``opens`` are those of them that begin here: the page puts its anchors there, each once.
    """

    text: str
    findings: tuple[int, ...] = ()
    opens: tuple[int, ...] = ()
    level: Level | None = None


def segments(text: str, found: Sequence[Finding], where: Where) -> list[Segment]:
    """``text`` in pieces, marked wherever findings stand in ``where``; spans may overlap.

    What lies outside of the text (it was edited since) is cut off or left out. Joined again, the
    pieces are the text.
    """
    spans = [
        (max(start, 0), min(end, len(text)), number)
        for number, finding in enumerate(found)
        for start, end in _spans(finding.places, where)
        if start < min(end, len(text))
    ]
    cuts = sorted({0, len(text), *(cut for start, end, _ in spans for cut in (start, end))})
    seen: set[int] = set()
    made = []
    for start, end in pairwise(cuts):
        here = tuple(dict.fromkeys(n for first, last, n in spans if first <= start and end <= last))
        opens = tuple(number for number in here if number not in seen)
        seen.update(here)
        made.append(Segment(text[start:end], here, opens, _heaviest(found, here)))
    return made


def _spans(places: Iterable[Place], where: Where) -> list[tuple[int, int]]:
    return [
        (place.start, place.end)
        for place in places
        if place.where is where and place.start is not None and place.end is not None
    ]


def _heaviest(found: Sequence[Finding], numbers: Sequence[int]) -> Level | None:
    levels = list(Level)
    return min((found[number].level for number in numbers), key=levels.index, default=None)
