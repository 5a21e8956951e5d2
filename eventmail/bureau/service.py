"""What the offices of a bureau do, in figures: one query for each figure, however many offices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, MailingState
from eventmail.mailings.neglect import neglected
from eventmail.offices.models import Bureau, Office
from eventmail.outbox.models import DecisionRecord, Delivery, DeliveryState, Dispatch

AHEAD = timedelta(days=60)
BEHIND = timedelta(days=30)  # of older events nothing is under way any more


@dataclass(frozen=True, slots=True)
class Near:
    """An event that is near, of which nothing was sent."""

    name: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Figures:
    """One office. ``mailings`` counts those of events from 30 days ago on, by state."""

    name: str
    events: int = 0
    neglected: tuple[Near, ...] = ()
    mailings: dict[MailingState, int] = field(default_factory=dict)
    uncertain: int = 0
    alerts: int = 0
    stopped_at: datetime | None = None

    @property
    def wants_attention(self) -> bool:
        """Whether the bureau should ask."""
        return bool(self.neglected or self.uncertain or self.alerts or self.stopped_at)


@dataclass(frozen=True, slots=True)
class Overview:
    """One bureau with its offices, those that want attention first."""

    bureau: str
    offices: tuple[Figures, ...]

    @property
    def busiest(self) -> int:
        """The most mailings of one office: what the bars are drawn against."""
        return max((sum(each.mailings.values()) for each in self.offices), default=0)


def overview(session: Session, bureau_id: int) -> Overview:
    """How the offices of a bureau stand now."""
    query = sa.select(Office).where(Office.bureau_id == bureau_id).order_by(Office.id)
    offices = list(session.scalars(query))
    ids = [office.id for office in offices]
    events, uncertain, alerts = (
        _events(session, ids),
        _uncertain(session, ids),
        _alerts(session, ids),
    )
    near, mailings = _near(session, ids), _mailings(session, ids)
    found = [
        Figures(
            name=office.name,
            events=events.get(office.id, 0),
            neglected=tuple(near.get(office.id, ())),
            mailings=mailings.get(office.id, {}),
            uncertain=uncertain.get(office.id, 0),
            alerts=alerts.get(office.id, 0),
            stopped_at=office.stopped_at,
        )
        for office in offices
    ]
    found.sort(key=lambda each: not each.wants_attention)
    return Overview(session.get_one(Bureau, bureau_id).name, tuple(found))


def _events(session: Session, ids: Collection[int]) -> dict[int, int]:
    today = clock.today()
    return _counts(session, Event.office_id, ids, Event.held_on.between(today, today + AHEAD))


def _alerts(session: Session, ids: Collection[int]) -> dict[int, int]:
    return _counts(session, Alert.office_id, ids, Alert.seen_at.is_(None))


def _counts(
    session: Session, column: Any, ids: Collection[int], *conditions: sa.ColumnElement[bool]
) -> dict[int, int]:
    query = sa.select(column, sa.func.count()).where(column.in_(ids), *conditions).group_by(column)
    return {office_id: count for office_id, count in session.execute(query)}


def _near(session: Session, ids: Collection[int]) -> dict[int, list[Near]]:
    found: dict[int, list[Near]] = {}
    for event in neglected(session, ids):
        found.setdefault(event.office_id, []).append(Near(event.name, event.held_on))
    return found


def _mailings(session: Session, ids: Collection[int]) -> dict[int, dict[MailingState, int]]:
    since = clock.today() - BEHIND
    query = (
        sa.select(Mailing.office_id, Mailing.state, sa.func.count())
        .join(Event, sa.and_(Event.office_id == Mailing.office_id, Event.id == Mailing.event_id))
        .where(Mailing.office_id.in_(ids), Event.held_on >= since)
        .group_by(Mailing.office_id, Mailing.state)
    )
    found: dict[int, dict[MailingState, int]] = {}
    for office_id, state, count in session.execute(query):
        found.setdefault(office_id, {})[state] = count
    return found


def _uncertain(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Mails of which nobody knows whether they came, and nobody has decided."""
    decided = sa.exists().where(
        DecisionRecord.delivery_id == Delivery.id, DecisionRecord.attempt == Delivery.attempts
    )
    query = (
        sa.select(Dispatch.office_id, sa.func.count())
        .join(Delivery, Delivery.snapshot_id == Dispatch.snapshot_id)
        .where(
            Dispatch.office_id.in_(ids),
            Delivery.state == DeliveryState.UNCERTAIN,
            ~Delivery.first_copy,
            ~decided,
        )
        .group_by(Dispatch.office_id)
    )
    return {office_id: count for office_id, count in session.execute(query)}
