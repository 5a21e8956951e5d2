"""The recipients as a checker goes through them: company by company, the flagged first.

The order is made of numbers alone; names and addresses are read for the one page that is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.mailings.snapshot import Recipient
from eventmail.mailings.stored import Stored

ROWS = 100  # recipients on one page
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
    groups = in_order(_places(session, snapshot), flags)
    places = [
        (position, number, len(group))
        for group in groups
        for number, position in enumerate(group, start=1)
    ]
    pages = max(1, -(-len(places) // ROWS))
    page = min(page, pages)
    shown = places[(page - 1) * ROWS : page * ROWS]
    found = Stored(session, snapshot).at([position for position, *_ in shown])
    rows = (
        Row(found[position], tuple(flags.get(found[position].contact_id, ())), number, of)
        for position, number, of in shown
    )
    return Sheet(tuple(rows), len(groups), page, pages)


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
