"""Doing by hand what a worker does: claim some mails, as if the first copy had been found right."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.bounces.models import Bounce, BounceMail, Match, Source
from eventmail.bounces.reading import Class, Kind
from eventmail.outbox import ledger
from eventmail.outbox.ledger import Leaving, Settlement
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch

WORDS_OF = {
    Class.HARD: ("5.1.1", "宛先がありません。"),
    Class.SOFT: ("4.2.2", "いっぱいです。"),
}


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


def bounced(session: Session, delivery: Delivery, hardness: Class = Class.HARD) -> None:
    """A report about this mail came back; its state is left as it is."""
    mail = BounceMail(
        office_id=delivery.office_id,
        received_at=clock.now(),
        digest=f"{delivery.id:064}",
        source=Source.PIPE,
        kind=Kind.BOUNCE,
        match=Match.RETURN_ADDRESS,
        forged=False,
        readable=True,
    )
    session.add(mail)
    session.flush()
    status, reason = WORDS_OF[hardness]
    told = {"action": "failed", "status": status, "reason": reason, "sure": True}
    session.add(Bounce(mail_id=mail.id, delivery_id=delivery.id, hardness=hardness, **told))
    session.flush()
