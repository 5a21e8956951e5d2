"""The figures of a bureau's offices. One query for each figure, however many offices there are;
none reads a participant, a contact or a recipient. What offices with incidents have to report, and
until when, is asked of the incidents' own record.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.alerts.wording import AUDIT
from eventmail.events.models import Event
from eventmail.incidents.models import Incident
from eventmail.incidents.record import reporting
from eventmail.mailings.models import Mailing, MailingState
from eventmail.notices import figures as notices
from eventmail.offices.models import Bureau, Office, Staff
from eventmail.offices.permissions import Action, allows, refusal, standings
from eventmail.outbox.models import DecisionRecord, Delivery, DeliveryState, Dispatch
from eventmail.outbox.quiet import quiet_events
from eventmail.training import figures as training

AHEAD = timedelta(days=60)
BEHIND = timedelta(days=30)  # of what happened longer ago nobody asks here


@dataclass(frozen=True, slots=True)
class Quiet:
    """An event that is near, and of which nothing has been sent."""

    name: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Due:
    """The next report that an office owes of its incidents, and its last day."""

    duty: str
    day: date
    is_over: bool


@dataclass(slots=True)
class Figures:
    """How one office stands."""

    office: str
    stopped: bool
    events: int = 0
    states: dict[MailingState, int] = field(default_factory=dict)
    quiet: list[Quiet] = field(default_factory=list)
    incidents: int = 0  # sendings that were stopped, lately or still to be seen to
    leaks: int = 0  # incidents that are not over
    due: Due | None = None  # of those incidents
    alerts: int = 0
    uncertain: int = 0
    overdue: int = 0  # self-inspections and tests whose last day is over
    unread: int = 0  # notices of the bureau that somebody has not said that he read

    @property
    def mailings(self) -> int:
        """All mailings that are counted."""
        return sum(self.states.values())

    @property
    def pressing(self) -> tuple[int, ...]:
        """What needs attention, the gravest first; the larger, the sooner."""
        return (
            self.leaks,
            self.alerts,
            int(self.stopped),
            self.uncertain,
            len(self.quiet),
            self.incidents,
            self.overdue,
            self.unread,
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """One bureau and its offices: first those that need attention, then by name."""

    bureau: str
    offices: list[Figures]


def overviews(session: Session, staff: Staff) -> list[Overview]:
    """The bureaus that this person oversees. Raises :class:`Forbidden` for anybody else."""
    if not allows(Action.OVERSEE, standings(staff)):
        raise refusal(Action.OVERSEE)
    bureau_ids = [each.bureau_id for each in staff.oversight]
    query = (
        sa.select(Bureau.name, Office)
        .join(Office, Office.bureau_id == Bureau.id)
        .where(Bureau.id.in_(bureau_ids))
        .order_by(Bureau.name, Office.name)
    )
    figures: dict[int, Figures] = {}
    bureaus: dict[str, list[Figures]] = defaultdict(list)
    for bureau, office in session.execute(query):
        figures[office.id] = Figures(office.name, office.stopped_at is not None)
        bureaus[bureau].append(figures[office.id])
    _fill(session, figures)
    return [
        Overview(name, sorted(offices, key=lambda each: each.pressing, reverse=True))
        for name, offices in bureaus.items()
    ]


def _fill(session: Session, figures: dict[int, Figures]) -> None:
    ids = list(figures)
    for office_id, state, count in session.execute(_mailings(ids)):
        figures[office_id].states[state] = count
    for event in quiet_events(session, ids):
        figures[event.office_id].quiet.append(Quiet(event.name, event.held_on))
    counted = {
        "events": _events,
        "incidents": _incidents,
        "leaks": _leaks,
        "alerts": _alerts,
        "uncertain": _uncertain,
    }
    for name, query in counted.items():
        for office_id, count in session.execute(query(ids)):
            setattr(figures[office_id], name, count)
    for office_id, due in _dues(session, ids).items():
        figures[office_id].due = due
    told = {"overdue": training.overdue(session, ids), "unread": notices.unread(session, ids)}
    for name, found in told.items():
        for office_id, count in found.items():
            setattr(figures[office_id], name, count)


def _events(ids: list[int]) -> sa.Select[int, int]:
    today = clock.today()
    return (
        sa.select(Event.office_id, sa.func.count())
        .where(Event.office_id.in_(ids), Event.held_on.between(today, today + AHEAD))
        .group_by(Event.office_id)
    )


def _mailings(ids: list[int]) -> sa.Select[int, MailingState, int]:
    return (
        sa.select(Mailing.office_id, Mailing.state, sa.func.count())
        .join(Event, Event.id == Mailing.event_id)
        .where(Mailing.office_id.in_(ids), Event.held_on >= clock.today() - BEHIND)
        .group_by(Mailing.office_id, Mailing.state)
    )


def _alerts(ids: list[int]) -> sa.Select[int, int]:
    return (
        sa.select(Alert.office_id, sa.func.count())
        .where(Alert.office_id.in_(ids), Alert.seen_at.is_(None))
        .group_by(Alert.office_id)
    )


def _incidents(ids: list[int]) -> sa.Select[int, int]:
    lately = clock.now() - BEHIND
    return (
        sa.select(Alert.office_id, sa.func.count())
        .where(
            Alert.office_id.in_(ids),
            Alert.kind != AUDIT,
            sa.or_(Alert.seen_at.is_(None), Alert.raised_at >= lately),
        )
        .group_by(Alert.office_id)
    )


def _leaks(ids: list[int]) -> sa.Select[int, int]:
    return (
        sa.select(Incident.office_id, sa.func.count())
        .where(Incident.office_id.in_(ids), Incident.closed_at.is_(None))
        .group_by(Incident.office_id)
    )


def _dues(session: Session, ids: list[int]) -> dict[int, Due]:
    """The nearest last day in each office; one that has incidents costs a query of its own."""
    query = sa.select(Incident).where(Incident.office_id.in_(ids), Incident.closed_at.is_(None))
    found = session.scalars(query).all()
    if not found:
        return {}
    standing = reporting.standings_of(session, found)
    owed: dict[int, list[reporting.Standing]] = defaultdict(list)
    for each in found:
        owed[each.office_id] += standing[each.id]
    nearest = {office_id: reporting.next_due(every) for office_id, every in owed.items()}
    return {
        office_id: Due(each.deadline.name, each.deadline.due, each.is_overdue)
        for office_id, each in nearest.items()
        if each is not None and each.deadline.due is not None
    }


def _uncertain(ids: list[int]) -> sa.Select[int, int]:
    """Mails of which nobody has found out yet whether they came."""
    decided = sa.exists().where(
        DecisionRecord.delivery_id == Delivery.id, DecisionRecord.attempt == Delivery.attempts
    )
    return (
        sa.select(Dispatch.office_id, sa.func.count())
        .join(Delivery, Delivery.snapshot_id == Dispatch.snapshot_id)
        .join(Event, Event.id == Dispatch.event_id)
        .where(
            Dispatch.office_id.in_(ids),
            Event.held_on >= clock.today() - BEHIND,
            Delivery.state == DeliveryState.UNCERTAIN,
            ~Delivery.first_copy,
            ~decided,
        )
        .group_by(Dispatch.office_id)
    )
