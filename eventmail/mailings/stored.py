"""The recipients of a snapshot as a page needs them: counted, a few rows at a time, one by one.

A sending may go to 100,000. A page shows a hundred of them, so it reads a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import among
from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.mailings.snapshot import Content, Recipient, bare_content
from eventmail.remembering import Remembered

_COLUMNS = (
    SnapshotRecipient.participant_id,
    SnapshotRecipient.contact_id,
    SnapshotRecipient.company,
    SnapshotRecipient.department,
    SnapshotRecipient.title,
    SnapshotRecipient.name,
    SnapshotRecipient.address,
)

_LENGTH = sa.cast(
    sa.func.length(
        SnapshotRecipient.company + SnapshotRecipient.department + SnapshotRecipient.name
    ),
    sa.BigInteger,
)
# Beyond any place: a length and a place in one number, so that one walk without any sorting finds
# the first of the longest.
_FAR = 2**32
# Where they stand in what is frozen, by its digest and by whence one looks.
_odd_lately: Remembered[tuple[str, int], tuple[int, int | None]] = Remembered(64)


class Stored(Sequence[Recipient]):
    """Reads as the tuple of a snapshot's recipients would, from the rows, when it is asked."""

    def __init__(self, session: Session, snapshot: Snapshot) -> None:
        self._session = session
        self._snapshot_id = snapshot.id
        self._count, self._digest = snapshot.recipient_count, snapshot.digest

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Recipient: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Recipient, ...]: ...
    def __getitem__(self, index: int | slice) -> Recipient | tuple[Recipient, ...]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._count)
            return tuple(self._between(start, stop))[:: step or 1]
        at = index + self._count if index < 0 else index
        for each in self._between(at, at + 1):
            return each
        raise IndexError(index)

    def __iter__(self) -> Iterator[Recipient]:
        return self._between(0, self._count)

    def index_of(self, contact_id: int) -> int | None:
        """Where a contact stands; None for somebody who is no recipient."""
        query = sa.select(SnapshotRecipient.position).where(
            SnapshotRecipient.snapshot_id == self._snapshot_id,
            SnapshotRecipient.contact_id == contact_id,
        )
        position = self._session.scalar(query)
        return None if position is None else position - 1

    def at(self, positions: Sequence[int]) -> dict[int, Recipient]:
        """Those who stand there, counted from 1."""
        place = SnapshotRecipient.position
        query = sa.select(place, *_COLUMNS).where(
            SnapshotRecipient.snapshot_id == self._snapshot_id,
            among(place, "places"),  # type: ignore[arg-type]
        )
        rows = self._session.execute(query, {"places": positions})
        return {row[0]: Recipient(*row[1:]) for row in rows}

    def odd_ones(self, start: int) -> tuple[Recipient, Recipient | None]:
        """See :func:`odd_ones`."""
        longest, untitled = _odd_lately.of((self._digest, start), lambda: self._odd_places(start))
        return self[longest], None if untitled is None else self[untitled]

    def _odd_places(self, start: int) -> tuple[int, int | None]:
        place = SnapshotRecipient.position - 1
        turned = sa.case((place >= start, place - start), else_=place - start + self._count)
        query = sa.select(
            sa.func.max(_LENGTH * _FAR - turned),
            sa.func.min(sa.case((SnapshotRecipient.title == "", turned))),
        ).where(SnapshotRecipient.snapshot_id == self._snapshot_id)
        longest, untitled = self._session.execute(query).one()
        first = (start + -longest % _FAR) % self._count
        return first, None if untitled is None else (start + untitled) % self._count

    def _between(self, start: int, stop: int) -> Iterator[Recipient]:
        """From the ``start``-th on, before the ``stop``-th, counted from 0."""
        place = SnapshotRecipient.position
        query = sa.select(*_COLUMNS).where(
            SnapshotRecipient.snapshot_id == self._snapshot_id, place > start, place <= stop
        )
        for row in self._session.execute(query.order_by(place)):
            yield Recipient(*row)


def shown_content(session: Session, snapshot: Snapshot) -> Content:
    """What was frozen, for a page."""
    return bare_content(snapshot, Stored(session, snapshot))


def odd_ones(people: Sequence[Recipient], start: int) -> tuple[Recipient, Recipient | None]:
    """The one of the longest name, and one without a title; the first of each from ``start`` on,
    around the end.
    """
    if isinstance(people, Stored):
        return people.odd_ones(start)
    turned = [*people[start:], *people[:start]]
    longest = max(turned, key=lambda each: len(each.company + each.department + each.name))
    return longest, next((each for each in turned if not each.title), None)


def index_of(content: Content, contact_id: int) -> int | None:
    """Where a contact stands among the recipients of a draft or of a snapshot."""
    people = content.recipients
    if isinstance(people, Stored):
        return people.index_of(contact_id)
    return next((i for i, each in enumerate(people) if each.contact_id == contact_id), None)
