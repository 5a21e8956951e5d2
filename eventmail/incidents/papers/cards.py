"""The page's four cards: which papers stand on each, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eventmail.incidents.papers.kinds import Kind
from eventmail.incidents.papers.missing import Missing
from eventmail.incidents.papers.models import TakenPaper
from eventmail.incidents.papers.service import Made
from eventmail.language import said

GROUPS = {
    "internal": (said("所内報告（顛末書）"), (Kind.INTERNAL,)),
    "commission": (said("個人情報保護委員会への報告事項"), (Kind.FIRST, Kind.FINAL)),
    "press": (said("報道発表"), (Kind.PRESS,)),
    "circular": (said("各所への通知（注意喚起）"), (Kind.CIRCULAR,)),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One card. ``lacks``: of all its papers, each sentence once."""

    key: str
    title: str
    made: tuple[Made, ...]
    lacks: tuple[Missing, ...]


def cards(made: dict[Kind, Made]) -> list[Card]:
    """All four."""
    return [
        _card(key, title, [made[kind] for kind in kinds]) for key, (title, kinds) in GROUPS.items()
    ]


def is_current(taken: TakenPaper, made: dict[Kind, Made]) -> bool:
    """Whether the paper still says what was taken."""
    return taken.digest == made[taken.kind].digest


def _card(key: str, title: str, papers: Iterable[Made]) -> Card:
    found = tuple(papers)
    lacks = dict.fromkeys(each for paper in found for each in paper.lacks)
    return Card(key, title, found, tuple(lacks))
