"""Starting an approved mailing, its progress, and each mail as it was sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Participant, ParticipantStatus
from eventmail.mailings.models import Mailing, MailingState, Snapshot, SnapshotRecipient
from eventmail.mailings.rendering import new_token
from eventmail.offices.permissions import Actor
from eventmail.outbox import ledger
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.wire import Material, encode_material, reassemble, sha256_of

STATE_NAMES = {
    DeliveryState.QUEUED: "順番待ち",
    DeliveryState.CLAIMED: "送信処理中",
    DeliveryState.ACCEPTED: "送信済み",
    DeliveryState.DEFERRED: "再送待ち",
    DeliveryState.REFUSED: "受け取り拒否",
    DeliveryState.UNCERTAIN: "要確認",
    DeliveryState.WITHHELD: "送信見合わせ",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One company's row on the progress page."""

    delivery_id: int
    position: int
    company: str
    name: str
    address: str
    state: DeliveryState
    reply: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sending of a snapshot is. All numbers count participants' mails."""

    total: int
    counts: dict[DeliveryState, int]
    first_copy: Delivery
    notice: str
    finished_at: datetime | None
    lines: tuple[Line, ...]

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

    The database refuses this for a snapshot without both reviews.
    """
    owner = {"office_id": snapshot.office_id, "event_id": snapshot.event_id}
    now = clock.now()
    session.add(Dispatch(**owner, snapshot_id=snapshot.id, created_at=now))
    session.flush()
    common = {**owner, "snapshot_id": snapshot.id, "due_at": now}
    session.add(Delivery(**common, first_copy=True, token=new_token()))
    session.add_all(
        Delivery(
            **common,
            participant_id=recipient.participant_id,
            contact_id=recipient.contact_id,
            token=new_token(),
        )
        for recipient in snapshot.recipients
    )
    session.flush()
    _audit(session, snapshot, "dispatch.started", mails=snapshot.recipient_count)


def progress(session: Session, snapshot: Snapshot) -> Progress:
    """The state of every mail of a snapshot whose sending was started."""
    dispatch = session.get(Dispatch, snapshot.id)
    if dispatch is None:
        raise NotFound
    query = (
        sa.select(Delivery, SnapshotRecipient)
        .join(
            SnapshotRecipient,
            sa.and_(
                SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
                SnapshotRecipient.contact_id == Delivery.contact_id,
            ),
        )
        .where(Delivery.snapshot_id == snapshot.id)
        .order_by(SnapshotRecipient.position)
    )
    lines = tuple(_line(delivery, recipient) for delivery, recipient in session.execute(query))
    return Progress(
        total=len(lines),
        counts=dict(Counter(line.state for line in lines)),
        first_copy=first_copy(session, snapshot.id),
        notice=dispatch.notice,
        finished_at=dispatch.finished_at,
        lines=lines,
    )


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
    attempt = session.scalar(
        sa.select(Attempt)
        .where(Attempt.delivery_id == delivery.id)
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    if attempt is None:
        raise UserError("このメールはまだ送信していません。")
    return delivery, _whole(session, delivery, attempt)


def attempts(session: Session, delivery: Delivery) -> list[Attempt]:
    """Every try to hand a delivery over, oldest first."""
    query = sa.select(Attempt).where(Attempt.delivery_id == delivery.id).order_by(Attempt.number)
    return list(session.scalars(query))


def still_welcome(session: Session, delivery: Delivery) -> bool:
    """Whether the contact still takes part, at the address that was approved (L10)."""
    query = (
        sa.select(Contact.id)
        .join(Participant, Participant.id == Contact.participant_id)
        .join(
            SnapshotRecipient,
            sa.and_(
                SnapshotRecipient.contact_id == Contact.id,
                SnapshotRecipient.snapshot_id == delivery.snapshot_id,
                SnapshotRecipient.address == Contact.address,
            ),
        )
        .where(
            Contact.id == delivery.contact_id,
            Contact.active,
            Participant.status == ParticipantStatus.ATTENDING,
        )
    )
    return delivery.first_copy or session.scalar(query) is not None


def halt(session: Session, snapshot: Snapshot, rule: str, sentence: str) -> None:
    """Stop a mailing for good: what has not left is withheld, and every page of it says why."""
    ledger.withhold_rest(session, snapshot.id, sentence)
    note(session, snapshot.id, sentence)
    mailing = session.get_one(Mailing, snapshot.mailing_id, with_for_update=True)
    mailing.state, mailing.notice = MailingState.HALTED, sentence[:500]
    _audit(session, snapshot, "dispatch.halted", rule=rule)


def is_halted(session: Session, snapshot: Snapshot) -> bool:
    """Whether somebody or something stopped this mailing."""
    query = sa.select(Mailing.state).where(Mailing.id == snapshot.mailing_id)
    return session.scalars(query).one() is MailingState.HALTED


def note(session: Session, snapshot_id: int, sentence: str) -> None:
    """Show a sentence on the progress page; an empty one takes it away."""
    dispatch = session.get_one(Dispatch, snapshot_id)
    dispatch.notice = sentence[:500]


def finish_if_done(session: Session, snapshot: Snapshot) -> bool:
    """Close the sending when every mail has its fate."""
    dispatch = session.get_one(Dispatch, snapshot.id, with_for_update=True)
    if dispatch.finished_at is not None or ledger.unsettled(session, snapshot.id):
        return dispatch.finished_at is not None
    dispatch.finished_at = clock.now()
    mailing = session.get_one(Mailing, snapshot.mailing_id, with_for_update=True)
    if mailing.state is MailingState.SENDING:
        mailing.state = MailingState.SENT
    _audit(session, snapshot, "dispatch.finished", counts=_counts(session, snapshot))
    return True


def _counts(session: Session, snapshot: Snapshot) -> dict[str, int]:
    query = (
        sa.select(Delivery.state, sa.func.count())
        .where(Delivery.snapshot_id == snapshot.id, ~Delivery.first_copy)
        .group_by(Delivery.state)
    )
    return {state.value: count for state, count in session.execute(query)}


def _line(delivery: Delivery, recipient: SnapshotRecipient) -> Line:
    return Line(
        delivery_id=delivery.id,
        position=recipient.position,
        company=recipient.company,
        name=recipient.name,
        address=recipient.address,
        state=delivery.state,
        reply=delivery.reply,
    )


def _whole(session: Session, delivery: Delivery, attempt: Attempt) -> bytes:
    snapshot = session.get_one(Snapshot, delivery.snapshot_id)
    materials = [
        encode_material(
            Material(
                each.filename,
                each.media_type,
                events.read_blob(session, each.office_id, each.sha256),
            )
        )
        for each in snapshot.materials
    ]
    content = reassemble(attempt.head, materials)
    if sha256_of(content) != attempt.digest:
        raise UserError(
            "このメールを送信した時のとおりに表示できません。管理者に連絡してください。"
        )
    return content


def _audit(session: Session, snapshot: Snapshot, action: str, **details: Any) -> None:
    record(
        session,
        action,
        f"mailing:{snapshot.mailing_id}",
        office_id=snapshot.office_id,
        digest=snapshot.digest,
        **details,
    )
