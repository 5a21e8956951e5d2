"""The printable record of one sending: how many mails, in which mode, and what they showed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.errors import NotFound
from eventmail.mailings.models import Erasure, Snapshot, SnapshotRecipient
from eventmail.outbox.exposure import newest_record
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch, ExposureRecord
from eventmail.outbox.service import counts_by_state, first_copy

PART = 50  # mails on one page; the file has them by thousands


@dataclass(frozen=True, slots=True)
class Line:
    """One mail: to which company, when, with which answer, and its digest. No address."""

    position: int
    company: str
    name: str
    state: DeliveryState
    handed_over_at: datetime | None
    reply: str
    digest: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that the printed record says; of the mails, one part of many."""

    dispatch: Dispatch
    first_copy: Line
    lines: tuple[Line, ...]
    record: ExposureRecord | None
    erasure: Erasure | None
    total: int
    accepted: int  # how many of the participants' mails the relay took
    part: int
    size: int  # mails in a part

    @property
    def parts(self) -> int:
        """In how many parts the mails are told."""
        return parts_of(self.total, self.size)

    @property
    def is_clean(self) -> bool:
        """Whether every mail that left was looked through, and showed nobody else."""
        return self.record is not None and not (self.record.exposing or self.record.unreadable)


def parts_of(total: int, size: int) -> int:
    """How many parts of that size so many mails make: one at least."""
    return max(1, -(-total // size))


def paper_of(session: Session, snapshot: Snapshot, part: int = 1, size: int | None = None) -> Paper:
    """The record of a snapshot's sending; :class:`NotFound` if it was never started.

    ``size``: how many mails make a part. A part beyond the last is the last.
    """
    size = size or PART
    dispatch = session.get(Dispatch, snapshot.id)
    if dispatch is None:
        raise NotFound
    copy = first_copy(session, snapshot.id)
    counts = counts_by_state(session, snapshot.id, copy.id)
    total = sum(counts.values())
    part = min(part, parts_of(total, size))
    (first,) = _lines(session, Delivery.id == copy.id)
    among = SnapshotRecipient.position.between((part - 1) * size + 1, part * size)
    return Paper(
        dispatch=dispatch,
        first_copy=first,
        lines=tuple(_lines(session, SnapshotRecipient.snapshot_id == snapshot.id, among)),
        record=newest_record(session, snapshot.id),
        erasure=session.get(Erasure, snapshot.id),
        total=total,
        accepted=counts.get(DeliveryState.ACCEPTED, 0),
        part=part,
        size=size,
    )


def _lines(session: Session, *which: sa.ColumnElement[bool]) -> list[Line]:
    """Mails in the order of the roster."""
    query = (
        sa.select(
            SnapshotRecipient.position,
            SnapshotRecipient.company,
            SnapshotRecipient.name,
            Delivery.state,
            Attempt.handed_over_at,
            Delivery.reply,
            Attempt.digest,
        )
        .select_from(Delivery)
        .outerjoin(
            SnapshotRecipient,
            sa.and_(
                SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
                SnapshotRecipient.contact_id == Delivery.contact_id,
            ),
        )
        .outerjoin(
            Attempt,
            sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts),
        )
        .where(*which)
        .order_by(SnapshotRecipient.position)
    )
    return [
        Line(position or 0, company or "", name or "", state, at, reply, digest or "")
        for position, company, name, state, at, reply, digest in session.execute(query)
    ]
