"""Doing by hand what a worker does: claim some mails, as if the first copy had been found right."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.outbox import ledger
from eventmail.outbox.ledger import Leaving, Settlement
from eventmail.outbox.models import Attempt, DeliveryState, Dispatch


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
    assert may_hand_over(session, delivery_id, worker), "the claim is this worker's"
    query = sa.select(Attempt).where(
        Attempt.delivery_id == delivery_id, Attempt.settled_at.is_(None)
    )
    return session.scalars(query).one()


def may_hand_over(session: Session, delivery_id: int, worker: str) -> bool:
    """The same, told whether the mail may leave."""
    leaving = Leaving((delivery_id,), "0" * 64, b"head")
    (numbers,) = ledger.hand_over_all(session, worker, [leaving])
    return numbers is not None


def settle(
    session: Session,
    attempt: Attempt,
    state: DeliveryState,
    code: int | None = None,
    text: str = "",
) -> None:
    """Note what the relay said to this attempt, and what becomes of its mail."""
    told = Settlement(attempt.delivery_id, attempt.number, state, state.value, code, text)
    ledger.settle_all(session, [told])
    session.expire_all()
