"""Which events' personal data is due to go, on which day, and what still holds it back."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.events.erased import EventErasure
from eventmail.events.models import Contact, Event, Participant
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
    kept = kept_events(session, office.id)
    holds = _newest_holds(session, office.id)
    months = office.retention_months
    near = [each for each in kept if due_on(each, months, holds.get(each.id)) <= until]
    return sorted(_looks(session, office, near, holds), key=lambda each: each.on)


def held(session: Session, office: Office) -> list[Due]:
    """The events that somebody keeps longer."""
    holds = _newest_holds(session, office.id)
    kept = [each for each in kept_events(session, office.id) if each.id in holds]
    return [each for each in _looks(session, office, kept, holds) if each.is_held]


def look(session: Session, office: Office, event: Event) -> Due:
    """How one event stands."""
    hold = newest_hold(session, event.id)
    (found,) = _looks(session, office, [event], {event.id: hold} if hold else {})
    return found


def obstacles(session: Session, event: Event) -> tuple[str, ...]:
    """Why an event's data cannot go yet, in sentences; the database holds the same."""
    return _obstacles(session, event.office_id, [event.id]).get(event.id, ())


def _newest_holds(session: Session, office_id: int) -> dict[int, RetentionHold]:
    query = sa.select(RetentionHold).where(RetentionHold.office_id == office_id)
    return {each.event_id: each for each in session.scalars(query.order_by(RetentionHold.id))}


def _looks(
    session: Session, office: Office, events: Sequence[Event], holds: Mapping[int, RetentionHold]
) -> list[Due]:
    """How each of them stands: as many queries for one as for all, and none reads the mails of
    other events.
    """
    ids = [each.id for each in events]
    there = {name: _counts(session, query) for name, query in _what_there_is(office.id, ids)}
    against = _obstacles(session, office.id, ids)
    return [
        Due(
            event=each,
            on=due_on(each, office.retention_months, holds.get(each.id)),
            hold=holds.get(each.id),
            obstacles=against.get(each.id, ()),
            **{name: found.get(each.id, 0) for name, found in there.items()},
        )
        for each in events
    ]


def _counts(session: Session, query: sa.Select[int, int]) -> dict[int, int]:
    return {event_id: count for event_id, count in session.execute(query)}


def _what_there_is(office_id: int, ids: list[int]) -> Iterator[tuple[str, sa.Select[int, int]]]:
    tables: dict[str, type[Participant] | type[Contact] | type[Mailing]] = {
        "participants": Participant,
        "contacts": Contact,
        "mailings": Mailing,
    }
    for name, each in tables.items():
        of = sa.select(each.event_id, sa.func.count(each.id))
        yield (
            name,
            of.where(each.office_id == office_id, each.event_id.in_(ids)).group_by(each.event_id),
        )
    yield "mails", _mails(office_id, ids)


def _mails(office_id: int, ids: list[int]) -> sa.Select[int, int]:
    """Mails by event. By way of the sendings: an index leads from one to its mails."""
    return (
        sa.select(Dispatch.event_id, sa.func.count(Delivery.id))
        .join(Delivery, Delivery.snapshot_id == Dispatch.snapshot_id)
        .where(Dispatch.office_id == office_id, Dispatch.event_id.in_(ids))
        .group_by(Dispatch.event_id)
    )


def _obstacles(session: Session, office_id: int, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """What stands against each event's erasure; an event without any is left out."""
    checks = (
        (
            _mailings_under_way(office_id, ids),
            "確認・決裁・送信の途中のメール案件が{count}件あります。",
        ),
        (_sendings(office_id, ids), "終わっていない送信が{count}件あります。"),
        (_undecided(office_id, ids), "届いたかどうかを決めていないメールが{count}通あります。"),
        (_imports(office_id, ids), "名簿の読み取りが{count}件、進んでいます。"),
    )
    found: dict[int, tuple[str, ...]] = {}
    for query, sentence in checks:
        for event_id, count in session.execute(query):
            found[event_id] = (*found.get(event_id, ()), sentence.format(count=count))
    return found


def _mailings_under_way(office_id: int, ids: list[int]) -> sa.Select[int, int]:
    return (
        sa.select(Mailing.event_id, sa.func.count(Mailing.id))
        .where(Mailing.office_id == office_id, Mailing.event_id.in_(ids))
        .where(Mailing.state.in_(UNDER_WAY))
        .group_by(Mailing.event_id)
    )


def _sendings(office_id: int, ids: list[int]) -> sa.Select[int, int]:
    return (
        sa.select(Dispatch.event_id, sa.func.count(Dispatch.snapshot_id))
        .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
        .join(Mailing, Mailing.id == Snapshot.mailing_id)
        .where(Dispatch.office_id == office_id, Dispatch.event_id.in_(ids))
        .where(Dispatch.finished_at.is_(None))
        .where(Mailing.state.not_in(UNDER_WAY))  # those are told of already
        .group_by(Dispatch.event_id)
    )


def _undecided(office_id: int, ids: list[int]) -> sa.Select[int, int]:
    decided = sa.exists().where(
        DecisionRecord.delivery_id == Delivery.id, DecisionRecord.attempt == Delivery.attempts
    )
    return _mails(office_id, ids).where(Delivery.state == DeliveryState.UNCERTAIN, ~decided)


def _imports(office_id: int, ids: list[int]) -> sa.Select[int, int]:
    return (
        sa.select(RosterImport.event_id, sa.func.count(RosterImport.id))
        .where(RosterImport.office_id == office_id, RosterImport.event_id.in_(ids))
        .where(RosterImport.state.in_(AT_WORK))
        .group_by(RosterImport.event_id)
    )
