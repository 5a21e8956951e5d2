"""What people do to a sending: STOP, pause, go on, cancel, and say that the first copy is right.

Stopping is for everybody, at once and without a reason to be found first; starting again is for
those who decide. What is in flight is settled, never dropped.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.mailings import notices
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.mailings.review_models import NoticeKind
from eventmail.offices.models import Office, Staff
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox import ledger, limits, remaining, service
from eventmail.outbox.models import DeliveryState, Dispatch
from eventmail.outbox.standing import Hold, standing

NOT_RUNNING = said(
    "この送信はもう終わっているか、止まっています。"
    "画面を読み込み直して、いまの状態を確かめてください。"
)
NO_COPY_YET = said(
    "送信控えがまだ所のアドレスに届いていません。届いたことを確かめてから、もう一度押してください。"
)
CANCELLED_NOTICE = said("{name}さんが送信を取りやめました。")
EXPIRED_NOTICE = said(
    "承認から{days}日たっても送信が終わらなかったため、残りの送信を取りやめました。"
    "送る場合は、作成に戻してもう一度確認と決裁を受けてください。"
)


def stop_office(session: Session, actor: Actor, reason: str = "") -> None:
    """STOP: from the end of this transaction no mail of the office is handed over any more.

    A second STOP changes nothing. Workers that are sending now are waited for: only for as long as
    one of their transactions takes, not for the relay.
    """
    actor.require(Action.STOP)
    office = _office(session, actor)
    if office.stopped_at is not None:
        return
    office.stopped_at, office.stopped_by = clock.now(), actor.id
    office.stop_reason = reason.strip()[:200]
    change = {"before": {"stopped": False}, "after": {"stopped": True}}
    reason = office.stop_reason
    _audit(session, actor, "office.stopped", f"office:{office.id}", reason=reason, **change)


def resume_office(session: Session, actor: Actor) -> None:
    """Take the STOP back: what was waiting goes on."""
    actor.require(Action.RESUME)
    office = _office(session, actor)
    if office.stopped_at is None:
        return
    office.stopped_at = office.stopped_by = None
    office.stop_reason = ""
    change = {"before": {"stopped": True}, "after": {"stopped": False}}
    _audit(session, actor, "office.resumed", f"office:{office.id}", **change)


def stopped_by(session: Session, office: Office) -> str:
    """The name of whoever stopped the office; empty if nobody did."""
    staff = session.get(Staff, office.stopped_by) if office.stopped_by else None
    return staff.name if staff else ""


def pause(session: Session, actor: Actor, snapshot: Snapshot) -> None:
    """Let one sending wait until somebody lets it go on."""
    actor.require(Action.STOP)
    dispatch = _running(session, actor, snapshot)
    if dispatch.paused_at is None:
        dispatch.paused_at, dispatch.paused_by = clock.now(), actor.id
        _audit(session, actor, "dispatch.paused", f"mailing:{snapshot.mailing_id}")


def go_on(session: Session, actor: Actor, snapshot: Snapshot) -> None:
    """Let a paused sending go on."""
    actor.require(Action.RESUME)
    dispatch = _running(session, actor, snapshot)
    if dispatch.paused_at is not None:
        dispatch.paused_at = dispatch.paused_by = None
        _audit(session, actor, "dispatch.resumed", f"mailing:{snapshot.mailing_id}")


def start_now(session: Session, actor: Actor, snapshot: Snapshot) -> None:
    """End the hold, or the wait for the planned time."""
    actor.require(Action.RESUME)
    dispatch = _running(session, actor, snapshot)
    if dispatch.starts_at is not None and dispatch.starts_at > clock.now():
        dispatch.starts_at = clock.now()
        _audit(session, actor, "dispatch.started_early", f"mailing:{snapshot.mailing_id}")


def release(session: Session, actor: Actor, snapshot: Snapshot) -> None:
    """Somebody saw the first copy in the office's mailbox and found it right: the rest may go."""
    actor.require(Action.RELEASE)
    dispatch = _running(session, actor, snapshot)
    if dispatch.released_at is not None:
        return
    if service.first_copy(session, snapshot.id).state is not DeliveryState.ACCEPTED:
        raise UserError(NO_COPY_YET)
    dispatch.released_at, dispatch.released_by = clock.now(), actor.id
    _audit(session, actor, "dispatch.released", f"mailing:{snapshot.mailing_id}")


def cancel(session: Session, actor: Actor, snapshot: Snapshot) -> None:
    """Nothing more of it is sent. Those not reached may get a new draft of it."""
    actor.require(Action.CANCEL)
    _running(session, actor, snapshot)
    sentence = CANCELLED_NOTICE.format(name=actor.staff.name)
    _end(session, snapshot, sentence, actor)
    _audit(session, actor, "dispatch.cancelled", f"mailing:{snapshot.mailing_id}")


def connect_again(session: Session, actor: Actor, place: str) -> None:
    """The credentials have been seen to: the workers may sign in again."""
    actor.require(Action.RESUME)
    limits.unblock(session, place)
    _audit(session, actor, "relay.unblocked", "relay")


def expire(session: Session) -> list[Snapshot]:
    """Cancel what was approved so long ago that nobody would still stand by it."""
    oldest = clock.now() - service.APPROVAL_LASTS
    begun = sa.func.coalesce(Dispatch.starts_at, Dispatch.created_at)
    query = (
        sa.select(Snapshot)
        .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .where(Dispatch.finished_at.is_(None), Dispatch.cancelled_at.is_(None), begun < oldest)
        .where(remaining.has_open(Dispatch.snapshot_id))
    )
    ended = []
    for snapshot in session.scalars(query):
        if standing(session, snapshot.id).hold in (Hold.HALTED, Hold.FINISHED):
            continue
        sentence = EXPIRED_NOTICE.format(days=service.APPROVAL_LASTS.days)
        _end(session, snapshot, sentence, None)
        service.tell(session, snapshot, sentence)
        service.audit(session, snapshot, "dispatch.expired")
        ended.append(snapshot)
    return ended


def _end(session: Session, snapshot: Snapshot, sentence: str, actor: Actor | None) -> None:
    mailing, dispatch = service.lock(session, snapshot)
    dispatch.cancelled_at, dispatch.cancelled_by = clock.now(), actor.id if actor else None
    dispatch.notice = sentence
    session.flush()
    ledger.end_rest(session, snapshot.id, service.CANCELLED, DeliveryState.CANCELLED)
    kind = NoticeKind.EXPIRED if actor is None else NoticeKind.CANCELLED
    notices.note(session, mailing, kind, sentence, actor)
    mailing.state = MailingState.HALTED
    service.finish_if_done(session, snapshot)


def _running(session: Session, actor: Actor, snapshot: Snapshot) -> Dispatch:
    """The locked dispatch of a sending of the actor's office that is not over."""
    if snapshot.office_id != actor.office.id:
        raise NotFound
    mailing, dispatch = service.lock(session, snapshot)
    over = dispatch.finished_at or dispatch.cancelled_at
    if over or mailing.state is not MailingState.SENDING:
        raise UserError(NOT_RUNNING)
    return dispatch


def _office(session: Session, actor: Actor) -> Office:
    return session.get_one(
        Office, actor.office.id, with_for_update={"key_share": True}, populate_existing=True
    )


def _audit(session: Session, actor: Actor, action: str, subject: str, **details: object) -> None:
    record(session, action, subject, office_id=actor.office.id, staff_id=actor.id, **details)
