"""What people decide where the relay left it open: arrived, not arrived, or send it again.

Nothing but such a decision sends a mail again that may have arrived, or that was refused. It is
written down for one attempt before anything changes, and the database asks for that record.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.events.erased import ContactErasure
from eventmail.language import said
from eventmail.mailings.models import (
    Erasure,
    Mailing,
    MailingState,
    Snapshot,
    SnapshotRecipient,
)
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox import service
from eventmail.outbox.listing import NEEDS
from eventmail.outbox.models import (
    Attempt,
    DecisionRecord,
    Delivery,
    DeliveryState,
    Dispatch,
    Verdict,
)
from eventmail.wire import Kind

VERDICTS = {
    Verdict.ARRIVED: said("届いていた"),
    Verdict.NOT_ARRIVED: said("届いていない"),
    Verdict.SEND_AGAIN: said("もう一度送る"),
}
WORDS = {
    Verdict.ARRIVED: said("職員が届いたことを確かめました。"),
    Verdict.NOT_ARRIVED: said("職員が届いていないことを確かめました。"),
    Verdict.SEND_AGAIN: said("職員がもう一度送ると決めました。"),
}
STATES = {
    Verdict.ARRIVED: DeliveryState.ACCEPTED,
    Verdict.NOT_ARRIVED: DeliveryState.REFUSED,
    Verdict.SEND_AGAIN: DeliveryState.QUEUED,
}
NOT_OPEN = said(
    "このメールの結果はもう決まっています。画面を読み込み直して、いまの状態を確かめてください。"
)
ONLY_AGAIN = said("受け取りを断られたメールについて決められるのは、もう一度送ることだけです。")
DECIDED = said(
    "このメールは{name}さんが「{verdict}」と記録しています。"
    "送る必要があるときは、新しいメールを作ってください。"
)
STOPPED = said(
    "この案件は止まっているため、もう一度送ることはできません。"
    "「届いていない」を選んでからメール案件の画面で作成に戻すと、次の版の送信先に入ります。"
)
NEWER = said(
    "この送信のあとに案件が作成に戻されたため、ここからもう一度送ることはできません。"
    "いまの版の送信先を確かめてください。"
)
NOT_WHOLE = said(
    "送信先の方の請求で、この版の一部を消去したため、ここからもう一度送ることはできません。"
    "送る必要があるときは、新しいメールを作ってください。"
)
TOO_OLD = said(
    "送信の開始から{days}日を過ぎたため、もう一度送ることはできません。"
    "新しいメールを作り、確認と決裁を受けてください。"
)


def decide(
    session: Session, actor: Actor, delivery_id: int, verdict: Verdict, note: str = ""
) -> Delivery:
    """Record what a person found out, or wants, of one mail; its state follows.

    Raises :class:`UserError` if the mail's fate is not open (any more), or if nothing of its
    mailing may be sent again.
    """
    actor.require(Action.DECIDE_FATE)
    snapshot = snapshot_of(session, actor, delivery_id)
    mailing, dispatch = service.lock(session, snapshot)
    (delivery,) = _locked(session, snapshot, [delivery_id])
    if delivery.state is DeliveryState.REFUSED and verdict is not Verdict.SEND_AGAIN:
        raise UserError(ONLY_AGAIN)
    if delivery.state not in NEEDS:
        raise UserError(NOT_OPEN)
    _require_undecided(session, delivery)
    if verdict is Verdict.SEND_AGAIN:
        require_may_go(session, snapshot, mailing, dispatch)
    _write(session, actor, [delivery], verdict, note)
    if verdict is Verdict.SEND_AGAIN:
        _open_again(mailing, dispatch)
    session.flush()
    return delivery


def send_again(session: Session, actor: Actor, snapshot: Snapshot, ids: Collection[int]) -> int:
    """Send those of ``ids`` again that were refused or are uncertain; returns how many they are.

    What has another state by now, or a person's word already, is left as it is.
    """
    actor.require(Action.DECIDE_FATE)
    if snapshot.office_id != actor.office.id:
        raise NotFound
    mailing, dispatch = service.lock(session, snapshot)
    require_may_go(session, snapshot, mailing, dispatch)
    rows = _locked(session, snapshot, ids)
    chosen = [each for each in rows if each.state in NEEDS and not _record(session, each)]
    if chosen:
        _write(session, actor, chosen, Verdict.SEND_AGAIN, "")
        _open_again(mailing, dispatch)
        session.flush()
    return len(chosen)


def snapshot_of(session: Session, actor: Actor, delivery_id: int) -> Snapshot:
    """The snapshot of a participant's mail of the actor's office."""
    query = (
        sa.select(Snapshot)
        .join(Delivery, Delivery.snapshot_id == Snapshot.id)
        .where(
            Delivery.id == delivery_id,
            Delivery.office_id == actor.office.id,
            ~Delivery.first_copy,
        )
    )
    snapshot = session.scalar(query)
    if snapshot is None:
        raise NotFound
    return snapshot


def records(session: Session, delivery_id: int) -> list[DecisionRecord]:
    """All that people decided about a mail, oldest first."""
    query = sa.select(DecisionRecord).where(DecisionRecord.delivery_id == delivery_id)
    return list(session.scalars(query.order_by(DecisionRecord.attempt)))


def _misses_somebody(session: Session, snapshot: Snapshot) -> bool:
    """Whether somebody of it was erased on request: it is not what was approved any more."""
    query = sa.select(ContactErasure.contact_id).join(
        SnapshotRecipient, SnapshotRecipient.contact_id == ContactErasure.contact_id
    )
    return session.scalar(query.where(SnapshotRecipient.snapshot_id == snapshot.id)) is not None


def require_may_go(
    session: Session, snapshot: Snapshot, mailing: Mailing, dispatch: Dispatch
) -> None:
    """Raise :class:`UserError`, with the way that is left, unless mails of it may go again."""
    if session.get(Erasure, snapshot.id) is not None:
        raise UserError(service.ERASED)
    if _misses_somebody(session, snapshot):
        raise UserError(NOT_WHOLE)
    newest = mailing.latest
    if newest is None or newest.id != snapshot.id:
        raise UserError(NEWER)
    if mailing.state is MailingState.HALTED or dispatch.cancelled_at is not None:
        raise UserError(STOPPED)
    if mailing.state not in (MailingState.SENDING, MailingState.SENT):
        raise UserError(NEWER)
    lasts: timedelta = service.APPROVAL_LASTS
    if (dispatch.starts_at or dispatch.created_at) + lasts < clock.now():
        raise UserError(TOO_OLD.format(days=lasts.days))


def _locked(session: Session, snapshot: Snapshot, ids: Collection[int]) -> list[Delivery]:
    query = (
        sa.select(Delivery)
        .where(Delivery.id.in_(ids), Delivery.snapshot_id == snapshot.id, ~Delivery.first_copy)
        .order_by(Delivery.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _record(session: Session, delivery: Delivery) -> DecisionRecord | None:
    return session.get(DecisionRecord, (delivery.id, delivery.attempts))


def _require_undecided(session: Session, delivery: Delivery) -> None:
    found = _record(session, delivery)
    if found is not None:
        name = session.get_one(Staff, found.staff_id).name
        raise UserError(DECIDED.format(name=name, verdict=VERDICTS[found.verdict]))


def _write(
    session: Session, actor: Actor, chosen: list[Delivery], verdict: Verdict, note: str
) -> None:
    """The record first: the database lets the state follow only where it stands."""
    now = clock.now()
    for each in chosen:
        session.add(
            DecisionRecord(
                delivery_id=each.id,
                attempt=each.attempts,
                verdict=verdict,
                staff_id=actor.id,
                note=note.strip()[:500],
                at=now,
            )
        )
        record(
            session,
            "delivery.decided",
            f"delivery:{each.id}",
            office_id=each.office_id,
            staff_id=actor.id,
            verdict=verdict.value,
            attempt=each.attempts,
        )
    session.flush()
    _close_attempts(session, [each.id for each in chosen])
    for each in chosen:
        each.state, each.reply = STATES[verdict], WORDS[verdict]
        if verdict is Verdict.SEND_AGAIN:
            each.due_at = now
    session.flush()


def _close_attempts(session: Session, ids: Collection[int]) -> None:
    """A worker that never came back left its attempt open: now nobody waits for its answer."""
    session.execute(
        sa.update(Attempt)
        .where(Attempt.delivery_id.in_(ids), Attempt.settled_at.is_(None))
        .values(settled_at=clock.now(), outcome=Kind.UNCERTAIN.value)
        .execution_options(synchronize_session=False)
    )


def _open_again(mailing: Mailing, dispatch: Dispatch) -> None:
    """A sending that was over begins another round."""
    if dispatch.finished_at is not None:
        dispatch.finished_at = None
        dispatch.round += 1
    if mailing.state is MailingState.SENT:
        mailing.state = MailingState.SENDING
