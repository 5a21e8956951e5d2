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
    """Everything that the printed record says."""

    dispatch: Dispatch
    first_copy: Line
    lines: tuple[Line, ...]
    record: ExposureRecord | None
    erasure: Erasure | None

    @property
    def accepted(self) -> int:
        """How many of the participants' mails the relay took."""
        return sum(line.state is DeliveryState.ACCEPTED for line in self.lines)

    @property
    def is_clean(self) -> bool:
        """Whether every mail that left was looked through, and showed nobody else."""
        return self.record is not None and not (self.record.exposing or self.record.unreadable)


def paper_of(session: Session, snapshot: Snapshot) -> Paper:
    """The record of a snapshot's sending; :class:`NotFound` if it was never started."""
    dispatch = session.get(Dispatch, snapshot.id)
    if dispatch is None:
        raise NotFound
    lines = _lines(session, snapshot)
    return Paper(
        dispatch=dispatch,
        first_copy=lines[0],
        lines=tuple(lines[1:]),
        record=newest_record(session, snapshot.id),
        erasure=session.get(Erasure, snapshot.id),
    )


def _lines(session: Session, snapshot: Snapshot) -> list[Line]:
    """The office's copy first, then the participants in the order of the roster."""
    query = (
        sa.select(Delivery, SnapshotRecipient, Attempt.handed_over_at, Attempt.digest)
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
        .where(Delivery.snapshot_id == snapshot.id)
        .order_by(sa.not_(Delivery.first_copy), SnapshotRecipient.position)
    )
    return [_line(*row) for row in session.execute(query)]


def _line(
    delivery: Delivery,
    recipient: SnapshotRecipient | None,
    handed_over_at: datetime | None,
    digest: str | None,
) -> Line:
    return Line(
        position=recipient.position if recipient else 0,
        company=recipient.company if recipient else "",
        name=recipient.name if recipient else "",
        state=delivery.state,
        handed_over_at=handed_over_at,
        reply=delivery.reply,
        digest=digest or "",
    )
