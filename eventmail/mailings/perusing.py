"""The recipients as a checker goes through them: company by company, the flagged first.

The order is made of numbers alone; names and addresses are read for the one page that is shown.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.mailings.snapshot import Recipient
from eventmail.mailings.stored import Stored
from eventmail.remembering import Remembered

ROWS = 60  # recipients on one page
Flags = Mapping[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient, what is to be looked at twice, and which of its company's it is."""

    recipient: Recipient
    flags: tuple[str, ...]
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the recipients; ``companies`` are those on all pages."""

    rows: tuple[Row, ...]
    companies: int
    page: int
    pages: int


def sheet(session: Session, snapshot: Snapshot, flags: Flags, page: int) -> Sheet:
    """The ``page``-th, or the last one if there are not so many."""
    order = _walked_lately.of(
        (snapshot.digest, tuple(flags)), lambda: _order(in_order(_places(session, snapshot), flags))
    )
    pages = max(1, -(-len(order.positions) // ROWS))
    page = min(page, pages)
    shown = slice((page - 1) * ROWS, page * ROWS)
    found = Stored(session, snapshot).at(order.positions[shown].tolist())
    rows = (
        Row(found[position], tuple(flags.get(found[position].contact_id, ())), number, of)
        for position, number, of in zip(*(each[shown] for each in order.walk), strict=True)
    )
    return Sheet(tuple(rows), order.companies, page, pages)


@dataclass(frozen=True, slots=True)
class _Order:
    """Where one goes along; the which-th of its company each is, and of how many."""

    positions: array[int]
    numbers: array[int]
    of: array[int]
    companies: int

    @property
    def walk(self) -> tuple[array[int], array[int], array[int]]:
        return self.positions, self.numbers, self.of


# Of what is frozen, and so the same at each look: a checker comes back after each of his steps.
_walked_lately: Remembered[tuple[str, tuple[int, ...]], _Order] = Remembered(16)


def _order(groups: list[list[int]]) -> _Order:
    positions = array("I", chain.from_iterable(groups))
    numbers = array("I", (number for group in groups for number, _ in enumerate(group, start=1)))
    of = array("I", (len(group) for group in groups for _ in group))
    return _Order(positions, numbers, of, len(groups))


def in_order(rows: Iterable[tuple[int, int, int]], flags: Collection[int]) -> list[list[int]]:
    """Where each company's recipients stand: the flagged in the order of their flags first.

    ``rows`` are the numbers of company, contact and position, in the order of the positions.
    """
    ranks = {contact_id: rank for rank, contact_id in enumerate(flags)}
    last = len(ranks)
    groups: dict[int, list[int]] = {}
    pressing: dict[int, int] = {}
    for company, contact_id, position in rows:
        groups.setdefault(company, []).append(position)
        if contact_id in ranks:
            pressing[company] = min(ranks[contact_id], pressing.get(company, last))
    order = sorted(groups, key=lambda company: pressing.get(company, last)) if pressing else groups
    return [groups[company] for company in order]


def _places(session: Session, snapshot: Snapshot) -> Iterable[tuple[int, int, int]]:
    row = SnapshotRecipient
    query = sa.select(row.participant_id, row.contact_id, row.position)
    found = session.execute(query.where(row.snapshot_id == snapshot.id).order_by(row.position))
    return found.all()
