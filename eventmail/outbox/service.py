"""Starting an approved mailing, its progress, and each mail as it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import service as alerts
from eventmail.audit.service import record
from eventmail.database import learn, table_of
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.language import said
from eventmail.mailings import notices
from eventmail.mailings.freezing import is_erased
from eventmail.mailings.models import (
    Erasure,
    Mailing,
    MailingState,
    Reached,
    Snapshot,
    SnapshotRecipient,
)
from eventmail.mailings.rendering import new_token
from eventmail.mailings.review import Deed, transition
from eventmail.mailings.review_models import NoticeKind
from eventmail.mailings.service import ERASED as CLOSED
from eventmail.offices.models import Office
from eventmail.offices.permissions import Actor
from eventmail.outbox import ledger, remaining
from eventmail.outbox.exposure import head_of, stored_materials
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.wire import reassemble, sha256_of

STOPPED = said("このメール案件は止まったため、送信を見合わせました。")
CANCELLED = said("送信を取りやめました。")
HALTED_ALERT = "dispatch.halted"
CLOCKS_DIFFER = timedelta(hours=1)  # those of several machines, and more than enough
APPROVAL_LASTS = timedelta(days=7)
NOT_SENT_YET = said("このメールはまだ送信していません。")
ERASED = said("このメールは、保存期間が過ぎたため消去しました。件数と指紋だけが残っています。")

STATE_NAMES = {
    DeliveryState.QUEUED: said("順番待ち"),
    DeliveryState.CLAIMED: said("送信処理中"),
    DeliveryState.ACCEPTED: said("送信済み"),
    DeliveryState.DEFERRED: said("再送待ち"),
    DeliveryState.REFUSED: said("受け取り拒否"),
    DeliveryState.UNCERTAIN: said("要確認"),
    DeliveryState.WITHHELD: said("送信見合わせ"),
    DeliveryState.CANCELLED: said("取りやめ"),
    DeliveryState.BOUNCED: said("届いていない"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sending of a snapshot is. All numbers count participants' mails."""

    total: int
    counts: dict[DeliveryState, int]
    first_copy: Delivery
    notice: str
    finished_at: datetime | None

    @property
    def accepted(self) -> int:
        """How many the relay took."""
        return self.counts.get(DeliveryState.ACCEPTED, 0)

    @property
    def settled(self) -> int:
        """How many need no more work."""
        return self.total - sum(self.counts.get(state, 0) for state in ledger.UNSETTLED)


def start(session: Session, snapshot: Snapshot) -> None:
    """Queue one delivery for each recipient of an approved snapshot, and the first copy.

    Nothing leaves before the office's hold time is over and the planned time has come. The
    database refuses this for a snapshot without both reviews.
    """
    owner = {"office_id": snapshot.office_id, "event_id": snapshot.event_id}
    now = clock.now()
    starts_at = _starts_at(session, snapshot, now)
    session.add(
        Dispatch(
            **owner,
            snapshot_id=snapshot.id,
            created_at=now,
            starts_at=starts_at,
            token=new_token(),
        )
    )
    session.flush()
    common = {**owner, "snapshot_id": snapshot.id, "due_at": now}
    session.add(Delivery(**common, first_copy=True, token=new_token()))
    session.flush()
    _queue_recipients(session, snapshot.id, common)
    learn(session, Contact, Delivery)
    audit(session, snapshot, "dispatch.started", mails=snapshot.recipient_count)


def _starts_at(session: Session, snapshot: Snapshot, now: datetime) -> datetime | None:
    held = session.get_one(Office, snapshot.office_id).hold_minutes
    moments = [now + timedelta(minutes=held)] if held else []
    moments += [snapshot.send_at] if snapshot.send_at and snapshot.send_at > now else []
    return max(moments, default=None)


def _queue_recipients(session: Session, snapshot_id: int, common: dict[str, Any]) -> None:
    """One row for each, in the order of the snapshot, a thousand at a time."""
    query = (
        sa.select(SnapshotRecipient.participant_id, SnapshotRecipient.contact_id)
        .where(SnapshotRecipient.snapshot_id == snapshot_id)
        .order_by(SnapshotRecipient.position)
    )
    whole = common | {
        "first_copy": False,
        "state": DeliveryState.QUEUED,
        "attempts": 0,
        "reply": "",
    }
    for rows in session.execute(query).partitions(1000):
        session.execute(
            sa.insert(table_of(Delivery)),
            [
                whole | {"participant_id": participant, "contact_id": contact, "token": new_token()}
                for participant, contact in rows
            ],
        )


def sendings(session: Session, mailing: Mailing) -> list[Snapshot]:
    """The snapshots of a mailing whose sending was started, oldest first."""
    started = sa.select(Dispatch.snapshot_id)
    query = sa.select(Snapshot).where(Snapshot.mailing_id == mailing.id, Snapshot.id.in_(started))
    return list(session.scalars(query.order_by(Snapshot.revision)))


def progress(session: Session, snapshot: Snapshot) -> Progress:
    """How many mails of a snapshot are in which state, counted by the database."""
    dispatch = session.get(Dispatch, snapshot.id, populate_existing=True)
    if dispatch is None:
        raise NotFound
    copy = first_copy(session, snapshot.id)
    counts = counts_by_state(session, snapshot.id, copy.id)
    return Progress(
        total=sum(counts.values()),
        counts=counts,
        first_copy=copy,
        notice=dispatch.notice,
        finished_at=dispatch.finished_at,
    )


def starts_at(session: Session, snapshot: Snapshot) -> datetime | None:
    """When an approved snapshot begins to be sent; None for at once."""
    return session.get_one(Dispatch, snapshot.id).starts_at


def counts_by_state(session: Session, snapshot_id: int, copy_id: int) -> dict[DeliveryState, int]:
    """The participants' mails by state. The copy is left out by its id, which the index holds."""
    query = (
        sa.select(Delivery.state, sa.func.count())
        .where(Delivery.snapshot_id == snapshot_id, Delivery.id != copy_id)
        .group_by(Delivery.state)
    )
    return {state: count for state, count in session.execute(query)}


def first_copy(session: Session, snapshot_id: int) -> Delivery:
    """The office's own copy of a snapshot."""
    query = sa.select(Delivery).where(Delivery.snapshot_id == snapshot_id, Delivery.first_copy)
    return session.scalars(query).one()


def as_sent(session: Session, actor: Actor, delivery_id: int) -> tuple[Delivery, bytes]:
    """A delivery's mail exactly as it was last handed to the relay.

    Put together from the stored head and the snapshot's materials, and returned only if its
    SHA-256 is the one that was written down before it left.
    """
    delivery = session.scalar(
        sa.select(Delivery).where(Delivery.id == delivery_id, Delivery.office_id == actor.office.id)
    )
    if delivery is None:
        raise NotFound
    return delivery, as_delivered(session, delivery)


def as_delivered(session: Session, delivery: Delivery) -> bytes:
    """The same for whoever has the delivery at hand already."""
    query = sa.select(Attempt).where(Attempt.delivery_id == delivery.id)
    attempt = session.scalar(query.order_by(Attempt.number.desc()).limit(1))
    if attempt is None:
        raise UserError(NOT_SENT_YET)
    return _whole(session, delivery, attempt)


def attempt_since(session: Session, event_id: int, since: datetime) -> datetime | None:
    """When a mail of the event was handed over at or after ``since``; None if none was.

    The database lets nothing leave once a sending is finished, so those that were over well before
    are not gone through, and the first mail that is found is enough.
    """
    may_have = sa.or_(Dispatch.finished_at.is_(None), Dispatch.finished_at >= since - CLOCKS_DIFFER)
    query = (
        sa.select(Attempt.handed_over_at)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Dispatch, Dispatch.snapshot_id == Delivery.snapshot_id)
        .where(Dispatch.event_id == event_id, may_have, Attempt.handed_over_at >= since)
    )
    return session.scalar(query.limit(1))


def attempts(session: Session, delivery: Delivery) -> list[Attempt]:
    """Every try to hand a delivery over, oldest first."""
    query = sa.select(Attempt).where(Attempt.delivery_id == delivery.id).order_by(Attempt.number)
    return list(session.scalars(query))


def halt(session: Session, snapshot: Snapshot, rule: str, sentence: str) -> None:
    """Stop a mailing: what has not left is withheld, and the office is alerted.

    It goes on only as a new snapshot (:func:`take_up_again`).
    """
    mailing, _ = lock(session, snapshot)
    ledger.end_rest(session, snapshot.id, sentence)
    newest = mailing.latest
    if mailing.state is not MailingState.SENDING or newest is None or newest.id != snapshot.id:
        return  # another worker has told the office, or this one comes after all is over
    note(session, snapshot.id, sentence)
    notices.note(session, mailing, NoticeKind.HALTED, sentence)
    mailing.state = MailingState.HALTED
    audit(session, snapshot, "dispatch.halted", rule=rule)
    tell(session, snapshot, sentence)


def tell(session: Session, snapshot: Snapshot, sentence: str) -> None:
    """Alert the office that a sending has come to an end that nobody asked for."""
    mailing = session.get_one(Mailing, snapshot.mailing_id)
    alerts.raise_alert(
        session, mailing.event.reply_to, HALTED_ALERT, f"mailing:{mailing.id}", sentence
    )


def take_up_again(session: Session, actor: Actor, mailing: Mailing) -> int:
    """Make a halted mailing a draft again, for whom it has not reached. Returns how many it has.

    Whoever has it, or may have it, is written down and can be in no later snapshot: the database
    refuses it as well. Raises :class:`UserError` while any of its mails has not met its fate.
    """
    moved = transition(mailing.state, Deed.TAKE_UP_AGAIN)
    actor.require(moved.needs)
    if is_erased(session, mailing):
        raise UserError(CLOSED)
    snapshot = mailing.latest
    if snapshot is None or not finish_if_done(session, snapshot):
        raise UserError(
            said("まだ送信処理中のメールがあります。少し待ってから、もう一度お試しください。")
        )
    reached = reached_by(session, snapshot)
    session.add_all(
        Reached(
            mailing_id=mailing.id,
            snapshot_id=snapshot.id,
            contact_id=contact_id,
            certain=state is DeliveryState.ACCEPTED,
        )
        for contact_id, state in reached.items()
    )
    mailing.state, mailing.version = moved.to, mailing.version + 1
    session.flush()
    audit(session, snapshot, "mailing.take_up_again", actor=actor, reached=len(reached))
    return len(reached)


def reached_by(session: Session, snapshot: Snapshot) -> dict[int, DeliveryState]:
    """The contacts who have a snapshot's mail, or may have it, and which of the two."""
    query = sa.select(Delivery.contact_id, Delivery.state).where(
        Delivery.snapshot_id == snapshot.id,
        ~Delivery.first_copy,
        Delivery.state.in_((DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)),
    )
    return {contact_id: state for contact_id, state in session.execute(query) if contact_id}


def note(session: Session, snapshot_id: int, sentence: str) -> None:
    """Show a sentence on the progress page; an empty one takes it away."""
    dispatch = session.get_one(Dispatch, snapshot_id)
    dispatch.notice = sentence[:500]


def finish_if_done(session: Session, snapshot: Snapshot) -> bool:
    """Close the sending when every mail has its fate. In a halted one nothing waits any longer."""
    mailing, dispatch = lock(session, snapshot)
    if dispatch.finished_at is not None:
        return True
    if dispatch.cancelled_at is not None:
        ledger.end_rest(session, snapshot.id, CANCELLED, DeliveryState.CANCELLED)
    elif mailing.state is MailingState.HALTED:
        ledger.end_rest(session, snapshot.id, STOPPED)
    if remaining.unsettled(session, snapshot.id):
        return False
    dispatch.finished_at = clock.now()
    if mailing.state is MailingState.SENDING:
        mailing.state = MailingState.SENT
    audit(session, snapshot, "dispatch.finished", counts=_counts(session, snapshot))
    return True


def lock(session: Session, snapshot: Snapshot) -> tuple[Mailing, Dispatch]:
    """Always in this order, and before any delivery: two that wait for each other is a deadlock."""
    mailing = session.get_one(Mailing, snapshot.mailing_id, with_for_update=True)
    return mailing, session.get_one(Dispatch, snapshot.id, with_for_update=True)


def _counts(session: Session, snapshot: Snapshot) -> dict[str, int]:
    copy = first_copy(session, snapshot.id)
    counts = counts_by_state(session, snapshot.id, copy.id)
    return {state.value: count for state, count in counts.items()}


def _whole(session: Session, delivery: Delivery, attempt: Attempt) -> bytes:
    snapshot = session.get_one(Snapshot, delivery.snapshot_id)
    if session.get(Erasure, snapshot.id) is not None:
        raise UserError(ERASED)
    head = head_of(session, snapshot.id, attempt)
    content = reassemble(head, stored_materials(session, snapshot))
    if sha256_of(content) != attempt.digest:
        raise UserError(
            said("このメールを送信した時のとおりに表示できません。管理者に連絡してください。")
        )
    return content


def audit(
    session: Session, snapshot: Snapshot, action: str, *, actor: Actor | None = None, **details: Any
) -> None:
    """Record an act on a sending, or what befell it."""
    record(
        session,
        action,
        f"mailing:{snapshot.mailing_id}",
        office_id=snapshot.office_id,
        staff_id=actor.id if actor else None,
        digest=snapshot.digest,
        **details,
    )
