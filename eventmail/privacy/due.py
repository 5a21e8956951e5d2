"""Which events' personal data is due to go, on which day, and what still holds it back."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from eventmail import clock
from eventmail.events.erased import EventErasure
from eventmail.events.models import Contact, Event, Participant
from eventmail.language import said
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox.models import DecisionRecord, Delivery, DeliveryState, Dispatch
from eventmail.privacy.models import RetentionHold
from eventmail.roster.models import AT_WORK, RosterImport

UNDER_WAY = (MailingState.CHECKING, MailingState.APPROVING, MailingState.SENDING)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """One event: the day of its erasure, what there is, and why it cannot go yet (if so)."""

    event: Event
    on: date
    hold: RetentionHold | None
    obstacles: tuple[str, ...]
    participants: int
    contacts: int
    mails: int
    mailings: int

    @property
    def is_held(self) -> bool:
        """Whether somebody keeps it longer than the office's rule."""
        ends = self.hold.until if self.hold else date.min
        return ends > clock.today() and self.on == ends + DAY


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(event: Event, months: int, hold: RetentionHold | None) -> date:
    """The first day on which the event's personal data goes."""
    after = months_after(event.held_on, months) + DAY
    return max(after, hold.until + DAY) if hold else after


def newest_hold(session: Session, event_id: int) -> RetentionHold | None:
    """The hold that counts: the newest."""
    query = sa.select(RetentionHold).where(RetentionHold.event_id == event_id)
    return session.scalars(query.order_by(RetentionHold.id.desc()).limit(1)).first()


def kept_events(session: Session, office_id: int) -> list[Event]:
    """The office's events whose personal data is still there, the oldest first."""
    gone = sa.select(EventErasure.event_id).where(EventErasure.office_id == office_id)
    query = sa.select(Event).where(Event.office_id == office_id, Event.id.not_in(gone))
    return list(session.scalars(query.order_by(Event.held_on, Event.id)))


def coming(session: Session, office: Office, until: date) -> list[Due]:
    """The events whose day comes until then, the nearest first: what the page shows."""
    found = [look(session, office, event) for event in kept_events(session, office.id)]
    return sorted((each for each in found if each.on <= until), key=lambda each: each.on)


def look(session: Session, office: Office, event: Event) -> Due:
    """How one event stands."""
    hold = newest_hold(session, event.id)

    def count(column: InstrumentedAttribute[int], *conditions: sa.ColumnElement[bool]) -> int:
        return session.scalars(sa.select(sa.func.count(column)).where(*conditions)).one()

    return Due(
        event=event,
        on=due_on(event, office.retention_months, hold),
        hold=hold,
        obstacles=obstacles(session, event),
        participants=count(Participant.id, Participant.event_id == event.id),
        contacts=count(Contact.id, Contact.event_id == event.id),
        mails=count(Delivery.id, Delivery.event_id == event.id),
        mailings=count(Mailing.id, Mailing.event_id == event.id),
    )


def obstacles(session: Session, event: Event) -> tuple[str, ...]:
    """Why an event's data cannot go yet, in sentences; the database holds the same."""
    checks = (
        (
            _mailings_under_way(event),
            said("確認・決裁・送信の途中のメール案件が{count}件あります。"),
        ),
        (_sendings(event), said("終わっていない送信が{count}件あります。")),
        (_undecided(event), said("届いたかどうかを決めていないメールが{count}通あります。")),
        (_imports(event), said("名簿の読み取りが{count}件、進んでいます。")),
    )
    counted = ((session.scalars(query).one(), sentence) for query, sentence in checks)
    return tuple(sentence.format(count=count) for count, sentence in counted if count)


def _mailings_under_way(event: Event) -> sa.Select[int]:
    return sa.select(sa.func.count(Mailing.id)).where(
        Mailing.event_id == event.id, Mailing.state.in_(UNDER_WAY)
    )


def _sendings(event: Event) -> sa.Select[int]:
    return (
        sa.select(sa.func.count(Dispatch.snapshot_id))
        .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
        .join(Mailing, Mailing.id == Snapshot.mailing_id)
        .where(Dispatch.event_id == event.id, Dispatch.finished_at.is_(None))
        .where(Mailing.state.not_in(UNDER_WAY))  # those are told of already
    )


def _undecided(event: Event) -> sa.Select[int]:
    decided = sa.exists().where(
        DecisionRecord.delivery_id == Delivery.id, DecisionRecord.attempt == Delivery.attempts
    )
    return sa.select(sa.func.count(Delivery.id)).where(
        Delivery.event_id == event.id, Delivery.state == DeliveryState.UNCERTAIN, ~decided
    )


def _imports(event: Event) -> sa.Select[int]:
    return sa.select(sa.func.count(RosterImport.id)).where(
        RosterImport.event_id == event.id, RosterImport.state.in_(AT_WORK)
    )


def held(session: Session, office: Office) -> list[Due]:
    """The events that somebody keeps longer."""
    found = [look(session, office, event) for event in kept_events(session, office.id)]
    return [each for each in found if each.is_held]
