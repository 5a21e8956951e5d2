"""How a sending went in time: the relay's answers counted by the database, and what people did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.language import said
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.outbox.service import first_copy
from eventmail.outbox.so_far import Running
from eventmail.pictures.timeline import Counted, finest
from eventmail.remembering import Remembered
from eventmail.wire import Kind

# What befell this sending, and what befell all of the office.
OWN_NOTES = {
    "dispatch.started": said("決裁され、送信の準備ができました"),
    "dispatch.started_early": said("待ち時間を省いて始めました"),
    "dispatch.released": said("控えを確かめ、残りを始めました"),
    "dispatch.paused": said("一時停止"),
    "dispatch.resumed": said("再開"),
    "dispatch.cancelled": said("取りやめ"),
    "dispatch.expired": said("期限を過ぎて終了"),
    "dispatch.halted": said("安全のために停止"),
    "dispatch.finished": said("送信の終了"),
}
OFFICE_NOTES = {
    "office.stopped": said("所の送信をすべて停止"),
    "office.resumed": said("所の送信を再開"),
}
COPY_NOTE = said("所のアドレスへの控えを送信")

_over: Remembered[tuple[str, int, int, datetime], list[Counted]] = Remembered(32)
_running = Running()


def seconds_of(moment: sa.ColumnElement[datetime]) -> sa.ColumnElement[int]:
    """Whole and broken seconds since 1970 of a stored moment, as either database counts them."""
    return sa.extract("epoch", moment)


def step_of(session: Session, snapshot: Snapshot) -> int:
    """How finely the answers of a sending are counted, by how long it took or takes."""
    dispatch = session.get_one(Dispatch, snapshot.id)
    end = dispatch.finished_at or clock.now()
    return finest((end - dispatch.created_at).total_seconds())


def answers(session: Session, snapshot: Snapshot, step: int) -> list[Counted]:
    """The relay's answers to participants' mails in steps of time, by what they meant.

    One statement that gives back a few rows, however many mails there are. It looks at each of
    their attempts, so what changes no more is remembered.
    """
    dispatch = session.get_one(Dispatch, snapshot.id)
    own = first_copy(session, snapshot.id)

    def count(which: sa.ColumnElement[bool]) -> list[Counted]:
        return _answers(session, snapshot, step, sa.and_(which, Delivery.id != own.id))

    key = (snapshot.digest, dispatch.round, step)
    if dispatch.finished_at is None:
        return _running.answers(session, snapshot.id, key, count)
    return _over.of((*key, dispatch.finished_at), lambda: count(sa.true()))


def _answers(
    session: Session, snapshot: Snapshot, step: int, which: sa.ColumnElement[bool]
) -> list[Counted]:
    at = seconds_of(sa.func.coalesce(Attempt.settled_at, Attempt.handed_over_at))
    query = _grouped(at, step, _meant()).where(
        Delivery.snapshot_id == snapshot.id,
        which,
        Delivery.attempts > 0,  # of what still waits, no attempt is looked for
        sa.or_(Attempt.settled_at.is_not(None), Delivery.state != DeliveryState.CLAIMED),
    )
    return [(int(moment), kind, count) for moment, kind, count in session.execute(query)]


def _grouped(at: sa.ColumnElement[Any], step: int, kind: sa.ColumnElement[str]) -> sa.Select[Any]:
    begun = (at - at % step).label("begun")
    return (
        sa.select(begun, kind, sa.func.count())
        .select_from(Delivery)
        .join(Attempt, Attempt.delivery_id == Delivery.id)
        .group_by(begun, kind)
    )


def _meant() -> sa.ColumnElement[str]:
    """What an answer meant for its mail. One that never came leaves it open whether it arrived;
    the last of many "later" is a refusal, and what the relay never had goes again like those.
    """
    given_up = sa.and_(Attempt.number == Delivery.attempts, Delivery.state == DeliveryState.REFUSED)
    later = Attempt.outcome.in_([Kind.DEFERRED.value, Kind.NOT_SENT.value])
    return sa.case(
        (Attempt.settled_at.is_(None), DeliveryState.UNCERTAIN.value),
        (sa.and_(later, given_up), DeliveryState.REFUSED.value),
        (later, DeliveryState.DEFERRED.value),
        else_=Attempt.outcome,
    ).label("meant")


def notes(session: Session, snapshot: Snapshot) -> list[tuple[datetime, str]]:
    """What people and the service did to it, in order, from the audit."""
    begin, end = _span(session, snapshot)
    own = sa.and_(
        AuditEntry.subject == f"mailing:{snapshot.mailing_id}", AuditEntry.action.in_(OWN_NOTES)
    )
    whole = sa.and_(
        AuditEntry.subject == f"office:{snapshot.office_id}", AuditEntry.action.in_(OFFICE_NOTES)
    )
    query = sa.select(AuditEntry.at, AuditEntry.action).where(
        AuditEntry.office_id == snapshot.office_id,
        sa.or_(own, whole),
        AuditEntry.at.between(begin, end),
    )
    names = OWN_NOTES | OFFICE_NOTES
    told = [(at, names[action]) for at, action in session.execute(query)]
    return sorted([*told, *_copy_note(session, snapshot)])


def _span(session: Session, snapshot: Snapshot) -> tuple[datetime, datetime]:
    """From its beginning to its end, or to the next sending of the same mailing."""
    dispatch = session.get_one(Dispatch, snapshot.id)
    later = (
        sa.select(sa.func.min(Dispatch.created_at))
        .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
        .where(Snapshot.mailing_id == snapshot.mailing_id, Snapshot.revision > snapshot.revision)
    )
    following = session.scalar(later)
    moment = timedelta(seconds=1)  # the acts of one transaction are not of one microsecond
    end = dispatch.finished_at + moment if dispatch.finished_at else clock.now() + moment
    begin = dispatch.created_at - moment
    return begin, min(end, following - moment) if following else end


def _copy_note(session: Session, snapshot: Snapshot) -> list[tuple[datetime, str]]:
    copy = first_copy(session, snapshot.id)
    query = sa.select(Attempt.settled_at).where(
        Attempt.delivery_id == copy.id, Attempt.outcome == Kind.ACCEPTED.value
    )
    return [(at, COPY_NOTE) for at in session.scalars(query) if at is not None]
