"""Doing by hand what a worker does: claim some mails, as if the first copy had been found right."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.outbox import ledger
from eventmail.outbox.models import Attempt, Dispatch


def let_go(session: Session, snapshot_id: int) -> None:
    """The first copy is right: the rest may go."""
    session.execute(
        sa.update(Dispatch)
        .where(Dispatch.snapshot_id == snapshot_id, Dispatch.released_at.is_(None))
        .values(released_at=clock.now())
    )


def claim(session: Session, snapshot_id: int, worker: str, count: int = 1) -> list[int]:
    """Claim participants' mails for ``worker``."""
    let_go(session, snapshot_id)
    return ledger.claim(session, snapshot_id, worker, count, first_copy=False)


def hand_over(session: Session, delivery_id: int, worker: str) -> Attempt:
    """Note that a worker is just handing over this mail."""
    (attempt,) = ledger.hand_over(session, [delivery_id], worker, "0" * 64, b"head")
    return attempt
