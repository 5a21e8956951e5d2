"""The rows of the outbox: claim, hand over, settle, and give back what was left lying.

Every function is one short step of the caller's transaction, for a few mails at a time. A claim is
committed before its mail is made; the attempt is committed before its bytes leave; so after any
crash the rows say which mails surely did not leave (``queued`` again) and which may have
(``uncertain``: a person decides).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.language import said
from eventmail.outbox import statements
from eventmail.outbox.models import Attempt, Delivery, DeliveryState

LEASE = timedelta(minutes=1)
OPEN = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
UNSETTLED = (*OPEN, DeliveryState.CLAIMED)
BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), 0)  # before every delivery
# Of each state the last delivery that was claimed: its place in the order in which they are due.
Passed = dict[DeliveryState, tuple[datetime, int]]
CUT_OFF = said("送信処理が途中で止まったため、届いたかどうかわかりません。")


@dataclass(frozen=True, slots=True)
class Leaving:
    """One mail that is about to leave: for one delivery, or for all of a blind batch."""

    delivery_ids: tuple[int, ...]
    digest: str
    head: bytes


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of one delivery, known ``at``; now if not said.

    ``number`` names the attempt that the words belong to.
    """

    delivery_id: int
    number: int
    state: DeliveryState
    outcome: str = ""
    code: int | None = None
    text: str = ""
    due_at: datetime | None = None
    at: datetime | None = None

    @property
    def reply(self) -> str:
        """The relay's words as the page shows them."""
        return f"{self.code} {self.text}".strip()[:500] if self.code else self.text[:500]


def claim(
    session: Session,
    snapshot_id: int,
    worker: str,
    count: int,
    *,
    first_copy: bool,
    lease: timedelta = LEASE,
    passed: Passed | None = None,
) -> list[int]:
    """Take up to ``count`` due deliveries for ``worker``; returns their ids.

    One UPDATE over a locking subselect for each state, so that both read the index in its order:
    PostgreSQL skips what another worker is taking, SQLite has one writer anyway.

    Whoever claims again and again keeps ``passed``: the next claim begins behind the last one. In
    front of it PostgreSQL's index holds all that has left for as long as somebody looks at an
    earlier state of the database, such as a backup. What has come back to a place in front is found
    when there is too little behind.
    """
    connection, now = session.connection(), clock.now()
    passed = {} if passed is None else passed
    whose = {"snapshot": snapshot_id, "first": first_copy, "worker": worker}
    times = {"now": now, "until": now + lease}
    taken: list[int] = []
    for state in OPEN:
        for after, last in dict.fromkeys((passed.get(state, BEGINNING), BEGINNING)):
            wanted = count - len(taken)
            where = {"open": state, "after": after, "last": last, "most": wanted}
            found = (
                connection.execute(statements.CLAIM, whose | times | where).all() if wanted else ()
            )
            if found:
                passed[state] = max((due_at, number) for due_at, number in found)
                taken += [number for _, number in found]
    return sorted(taken)


def hand_over_all(
    session: Session, worker: str, mails: Sequence[Leaving], lease: timedelta = LEASE
) -> list[tuple[int, ...] | None]:
    """Note that these mails are about to leave, in this order.

    Stretches the lease of all that is claimed with them. Returns the attempts' numbers for each
    mail; None for one of which any claim is no longer this worker's: it must not leave.
    """
    now, connection = clock.now(), session.connection()
    held = _held(session, worker, [number for each in mails for number in each.delivery_ids])
    is_held = [all(number in held for number in each.delivery_ids) for each in mails]
    going = [each for each, held_still in zip(mails, is_held, strict=True) if held_still]
    numbers = {number: held[number] + 1 for mail in going for number in mail.delivery_ids}
    rows = [
        {
            "delivery_id": delivery_id,
            "number": numbers[delivery_id],
            "handed_over_at": now,
            "outcome": "",
            "reply_text": "",
            "digest": mail.digest,
            "head": b"" if place else mail.head,  # a batch's once (``exposure.head_of``)
        }
        for mail in going
        for place, delivery_id in enumerate(mail.delivery_ids)
    ]
    if rows:
        connection.execute(statements.LEAVE, {"going": list(numbers), "until": now + lease})
        statements.ATTEMPT.run(connection, rows)
    return [
        tuple(numbers[each] for each in mail.delivery_ids) if held_still else None
        for mail, held_still in zip(mails, is_held, strict=True)
    ]


def settle_all(session: Session, settlements: Sequence[Settlement]) -> None:
    """Write the fates of deliveries, and the relay's words in their attempts.

    A lease may have lapsed meanwhile. Then the delivery is ``uncertain`` already, and stays so if
    it would have to be sent again, but the sending is over: nobody would come for it. What a
    person has decided on meanwhile stays as he decided, and what is written already as it is.
    """
    if not settlements:
        return
    connection, now = session.connection(), clock.now()
    ids = {"ids": [each.delivery_id for each in settlements]}
    locked = connection.execute(statements.LOCK, ids).all()
    states = {key: (state, over) for key, state, over in locked}
    # Asked after the lock, which may have waited for whoever decided.
    open_ = set(map(tuple, connection.execute(statements.ANSWERABLE, ids).all()))
    going = [each for each in settlements if (each.delivery_id, each.number) in open_]
    if not going:
        return
    rows = [_settled_row(each, *states[each.delivery_id]) for each in going]
    statements.SETTLE.run(connection, rows)
    statements.ANSWER.run(connection, [_words_row(each, now) for each in going])


def withhold(session: Session, delivery_ids: Collection[int], worker: str, reason: str) -> None:
    """These do not leave. What is no longer this worker's claim has another fate, and keeps it."""
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.id.in_(delivery_ids),
            Delivery.claimed_by == worker,
            Delivery.id.not_in(_open_attempts()),
        )
        .values(state=DeliveryState.WITHHELD, claimed_by=None, lease_until=None, reply=reason[:500])
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, worker: str) -> None:
    """Put this worker's claims that never left back in the queue, due as they were."""
    mine = sa.select(Delivery.id).where(Delivery.claimed_by == worker)
    held = session.scalars(mine.order_by(Delivery.id).with_for_update(key_share=True)).all()
    session.connection().execute(statements.GIVE_BACK, {"ids": held})


def keep_alive(session: Session, workers: Collection[str], lease: timedelta) -> None:
    """Stretch the leases of workers that are still at it, however slow the relay is.

    Beside a turn of the same run, which locks rows in the order of their numbers: what that has
    locked is passed over, for it stretches or ends those leases itself. To wait for it ended in
    deadlocks, a dozen in a sending of 1,000,000.
    """
    theirs = sa.select(Delivery.id).where(Delivery.claimed_by.in_(workers))
    free = theirs.order_by(Delivery.id).with_for_update(key_share=True, skip_locked=True)
    held = session.scalars(free).all()
    session.connection().execute(statements.STRETCH, {"ids": held, "until": clock.now() + lease})


def end_rest(
    session: Session,
    snapshot_id: int,
    reason: str,
    state: DeliveryState = DeliveryState.WITHHELD,
) -> None:
    """Nothing more of this snapshot leaves: what has not left yet is withheld, or cancelled.

    The rows are locked first: a mail that another worker is just handing over is seen then.
    """
    rows = sa.select(Delivery.id).where(
        Delivery.snapshot_id == snapshot_id, Delivery.state.in_(UNSETTLED)
    )
    session.execute(rows.order_by(Delivery.id).with_for_update()).all()
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.snapshot_id == snapshot_id,
            Delivery.state.in_(UNSETTLED),
            Delivery.id.not_in(_open_attempts()),
        )
        .values(state=state, claimed_by=None, lease_until=None, reply=reason[:500])
        .execution_options(synchronize_session=False)
    )


def reclaim_lapsed(session: Session) -> int:
    """Judge claims whose lease lapsed: handed over means ``uncertain``, else ``queued`` again.

    The rows are locked first, so that a mail which a slow worker, or one whose clock is behind,
    is just handing over is seen as handed over. What such a worker has locked now is left to the
    next sweep.
    """
    lapsed = sa.select(Delivery.id).where(
        Delivery.state == DeliveryState.CLAIMED, Delivery.lease_until < clock.now()
    )
    locked = lapsed.order_by(Delivery.id).with_for_update(skip_locked=True)
    numbers = list(session.scalars(locked))
    _judge_claims(session, Delivery.id.in_(numbers))
    return len(numbers)


def judge_all_claims(session: Session) -> None:
    """The same for every claim there is: in a copy of the rows nobody is at work."""
    _judge_claims(session, Delivery.state == DeliveryState.CLAIMED)


def _judge_claims(session: Session, which: sa.ColumnElement[bool]) -> None:
    uncertain, queued = DeliveryState.UNCERTAIN, DeliveryState.QUEUED
    _let_go(session, which, Delivery.id.in_(_open_attempts()), uncertain, CUT_OFF)
    _let_go(session, which, Delivery.id.not_in(_open_attempts()), queued)


def _let_go(
    session: Session,
    claims: sa.ColumnElement[bool],
    which: sa.ColumnElement[bool],
    state: DeliveryState,
    reply: str | None = None,
) -> None:
    values = {"state": state, "claimed_by": None, "lease_until": None}
    session.execute(
        sa.update(Delivery)
        .where(claims, which)
        .values(values if reply is None else values | {"reply": reply})
        .execution_options(synchronize_session=False)
    )


def _held(session: Session, worker: str, ids: Sequence[int]) -> dict[int, int]:
    """Those that this worker still has claimed, with the attempts so far; locked in order."""
    found = session.connection().execute(statements.HELD, {"worker": worker, "ids": ids})
    return {delivery_id: attempts for delivery_id, attempts in found.all()}


def _settled_row(each: Settlement, state: DeliveryState, over: bool) -> dict[str, object]:
    late = state is not DeliveryState.CLAIMED
    kept = late and over and each.state in OPEN
    to = state if kept else each.state
    return {"key": each.delivery_id, "to": to, "words": each.reply, "due": each.due_at}


def _words_row(each: Settlement, now: datetime) -> dict[str, object]:
    return {
        "delivery": each.delivery_id,
        "attempt": each.number,
        "at": each.at or now,
        "kind": each.outcome,
        "code": each.code,
        "words": each.text[:500],
    }


def _open_attempts() -> sa.Select[int]:
    return sa.select(Attempt.delivery_id).where(Attempt.settled_at.is_(None))
