"""What is on in one month: two statements, however much there is."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from eventmail import clock
from eventmail.agenda.month import Month
from eventmail.answers.models import AnswerDeadline
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices.permissions import Actor
from eventmail.outbox.models import Dispatch

PLANNED = (MailingState.DRAFT, MailingState.CHECKING, MailingState.APPROVING)


class Sort(enum.StrEnum):
    """What an entry is about, in the order of a day."""

    EVENT = "event"
    DEADLINE = "deadline"
    MAILING = "mailing"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on one day; ``number`` is the event's or the mailing's."""

    day: date
    sort: Sort
    number: int
    title: str
    at: time | None = None
    state: MailingState | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Days in their order; of a day what takes all of it first, then by the clock."""
        return (self.day, list(Sort).index(self.sort), self.at or time.min, self.number)


def entries(session: Session, actor: Actor, month: Month) -> list[Entry]:
    """All that is on in the weeks that show a month, in order."""
    found = [*_events(session, actor, month), *_mailings(session, actor, month)]
    return sorted(found, key=lambda each: each.key)


def _events(session: Session, actor: Actor, month: Month) -> Iterator[Entry]:
    """Events on their days; deadlines of answers that are not just the event's own day."""
    span = (month.first_shown, month.last_shown)
    query = (
        sa.select(Event.id, Event.name, Event.held_on, AnswerDeadline.closes_on)
        .outerjoin(AnswerDeadline, AnswerDeadline.event_id == Event.id)
        .where(
            Event.office_id == actor.office.id,
            sa.or_(Event.held_on.between(*span), AnswerDeadline.closes_on.between(*span)),
        )
    )
    for number, name, held_on, closes_on in session.execute(query):
        if held_on in month:
            yield Entry(held_on, Sort.EVENT, number, name)
        if closes_on is not None and closes_on in month and closes_on < held_on:
            yield Entry(closes_on, Sort.DEADLINE, number, name)


def _mailings(session: Session, actor: Actor, month: Month) -> Iterator[Entry]:
    """Mailings on the day on which they begin, or began."""
    begins = sa.func.coalesce(Dispatch.starts_at, Dispatch.created_at)
    span = (_midnight(month.first_shown), _midnight(month.last_shown + timedelta(days=1)))
    planned = sa.and_(
        Mailing.state.in_(PLANNED), Mailing.send_at >= span[0], Mailing.send_at < span[1]
    )
    query = (
        sa.select(Mailing, Dispatch.starts_at, Dispatch.created_at)
        .join(Mailing.event)
        .outerjoin(Snapshot, Snapshot.mailing_id == Mailing.id)
        .outerjoin(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .options(contains_eager(Mailing.event))
        .where(
            Mailing.office_id == actor.office.id,
            sa.or_(planned, sa.and_(begins >= span[0], begins < span[1])),
        )
    )
    told = set()
    for mailing, starts_at, created_at in session.execute(query):
        moment = starts_at or created_at or mailing.send_at
        if moment is None or (mailing.id, moment) in told:
            continue
        local = clock.in_tokyo(moment)
        if local.date() in month:
            told.add((mailing.id, moment))
            yield _entry(mailing, local)


def _entry(mailing: Mailing, local: datetime) -> Entry:
    at = local.time().replace(second=0, microsecond=0)
    title = mailing.subject_shown
    return Entry(local.date(), Sort.MAILING, mailing.id, title, at, mailing.state)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.TOKYO)
