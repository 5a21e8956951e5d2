"""Which rooms have anything for one person: one question, so that a page's header costs one.

Each room is asked whether its own query finds a row, or another that finds at least as many. Only
what holds something is then read; most pages are opened by people for whom little waits. Where
each row of a query is one thing to do, the head of a page has them counted in that question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.bounces import showing as bounces
from eventmail.database import Asked, UtcDateTime, one_plan
from eventmail.events.models import Event
from eventmail.incidents import service as incidents
from eventmail.incidents.record import waiting
from eventmail.mailings import deciding, notices
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.notices import listing as bureau_notices
from eventmail.offices.models import Office
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.listing import query_running
from eventmail.outbox.models import Attempt, DecisionRecord, Delivery, DeliveryState, Dispatch
from eventmail.proposals import service as proposals
from eventmail.roster.models import ImportState, RosterImport
from eventmail.training import figures
from eventmail.training import service as training

ASKED_FOR = timedelta(days=30)  # after the event nobody finds out any more whether a mail came
Query = Callable[[], sa.Select[*tuple[Any, ...]]]
OFFICE: Asked = sa.bindparam("office")
ME: Asked = sa.bindparam("me")
NOW = sa.bindparam("now", type_=UtcDateTime)
LATELY = sa.bindparam("lately", type_=UtcDateTime)
TODAY = sa.bindparam("today", type_=sa.Date)
SINCE = sa.bindparam("since", type_=sa.Date)
EVERYBODY = Action.ANYBODY
# A room has something if one of its queries finds a row. Each is asked for whoever may do what
# stands with it; what of it waits for him is decided by the room.
ROOMS: dict[str, tuple[tuple[Action, Query], ...]] = {
    "incidents": ((EVERYBODY, lambda: incidents.query_open(OFFICE)),),
    "measures": (
        (Action.LEAD_RESPONSE, lambda: waiting.query_measures(OFFICE, ME, TODAY, leads=True)),
        (EVERYBODY, lambda: waiting.query_measures(OFFICE, ME, TODAY, leads=False)),
    ),
    "relay": ((Action.RESUME, lambda: query_running(OFFICE)),),
    "reviews": (
        (Action.CHECK, lambda: _in_state(MailingState.CHECKING)),
        (Action.APPROVE, lambda: _in_state(MailingState.APPROVING)),
    ),
    "returned": (
        (EVERYBODY, lambda: notices.query_concerning(OFFICE, ME, LATELY)),
        (EVERYBODY, lambda: deciding.query_returned(OFFICE, ME)),
    ),
    "first_copies": ((Action.RELEASE, lambda: query_first_copies(OFFICE)),),
    "uncertain": ((Action.DECIDE_FATE, lambda: query_uncertain(OFFICE, SINCE)),),
    "bounced": ((Action.DECIDE_FATE, lambda: bounces.query_unmended(OFFICE, SINCE)),),
    "imports": ((Action.IMPORT_ROSTER, lambda: query_imports(OFFICE, ME)),),
    "settings": ((EVERYBODY, lambda: proposals.query_waiting(OFFICE, NOW)),),
    "training": ((EVERYBODY, lambda: training.query_open(OFFICE, ME)),),
    "results": ((Action.MANAGE_TRAINING, lambda: figures.query_unconfirmed(OFFICE, ME)),),
    "notices": ((EVERYBODY, lambda: bureau_notices.query_unread(OFFICE, ME)),),
}
ACTIONS = frozenset(action for each in ROOMS.values() for action, _ in each)
# Of these the first query for whoever may do it finds a row for each task, and no other.
COUNTED = frozenset(
    {"measures", "first_copies", "uncertain", "bounced"}
    | {"imports", "training", "results", "notices"}
)


def rooms_with_something(session: Session, actor: Actor) -> frozenset[str]:
    """The names of those that may hold something for this person."""
    return frozenset(name for name, has_any in _answers(session, actor).items() if has_any)


def at_a_glance(session: Session, actor: Actor) -> tuple[int, frozenset[str]]:
    """How many tasks there are in the rooms that are counted, and which others may hold some."""
    found = _answers(session, actor, COUNTED)
    counted = sum(number for name, number in found.items() if name in COUNTED)
    return counted, frozenset(name for name, has_any in found.items() if has_any) - COUNTED


def _answers(
    session: Session, actor: Actor, counted: frozenset[str] = frozenset()
) -> Mapping[str, int]:
    query = _question(frozenset(each for each in ACTIONS if actor.may(each)), counted)
    now, today = clock.now(), clock.today()
    values = {
        "office": actor.office.id,
        "me": actor.id,
        "now": now,
        "lately": now - notices.SHOWN_FOR,
        "today": today,
        "since": today - ASKED_FOR,
    }
    with one_plan(session):
        found = session.execute(query, values).mappings().one()
    return {str(name): number for name, number in found.items()}


@lru_cache(maxsize=100)
def _question(
    able: frozenset[Action], counted: frozenset[str] = frozenset()
) -> sa.Select[*tuple[Any, ...]]:
    """For whoever may do this. Built once: building it takes longer than asking it."""
    asked = {
        name: [query() for action, query in each if action in able] for name, each in ROOMS.items()
    }
    return sa.select(
        *(
            (_counts(each[0]) if name in counted else sa.or_(*map(_finds, each))).label(name)
            for name, each in asked.items()
            if each
        )
    )


def _finds(query: sa.Select[*tuple[Any, ...]]) -> sa.Exists:
    """Its first row is enough: nothing is counted or grouped for it."""
    return _rows(query).group_by(None).exists()


def _counts(query: sa.Select[*tuple[Any, ...]]) -> sa.ScalarSelect[int]:
    """How many rows it finds: what it counts within each of them is left out."""
    return sa.select(sa.func.count()).select_from(_rows(query).subquery()).scalar_subquery()


def _rows(query: sa.Select[*tuple[Any, ...]]) -> sa.Select[Any]:
    first: sa.ColumnElement[Any] = sa.literal_column("1").label("one")
    return query.with_only_columns(first, maintain_column_froms=True)


def _in_state(state: MailingState) -> sa.Select[Mailing]:
    return sa.select(Mailing).where(Mailing.office_id == OFFICE, Mailing.state == state)


def query_first_copies(office_id: Asked) -> sa.Select[Snapshot, datetime | None]:
    """The sendings whose copy has come and waits for a person, and since when."""
    by_hand = sa.exists().where(Office.id == office_id, Office.first_copy_minutes.is_(None))
    return (
        sa.select(Snapshot, Attempt.settled_at)
        .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .join(Delivery, sa.and_(Delivery.snapshot_id == Snapshot.id, Delivery.first_copy))
        .join(
            Attempt,
            sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts),
        )
        .join(Mailing, Mailing.id == Snapshot.mailing_id)
        .where(
            Mailing.office_id == office_id,
            Mailing.state == MailingState.SENDING,
            Dispatch.released_at.is_(None),
            Dispatch.finished_at.is_(None),
            Delivery.state == DeliveryState.ACCEPTED,
            by_hand,
        )
    )


def query_uncertain(office_id: Asked, since: Asked) -> sa.Select[Snapshot, int]:
    """The sendings for events from ``since`` on, and how many of their mails are open."""
    decided = sa.exists().where(
        DecisionRecord.delivery_id == Delivery.id, DecisionRecord.attempt == Delivery.attempts
    )
    open_mails = (
        Delivery.snapshot_id == Snapshot.id,
        Delivery.state == DeliveryState.UNCERTAIN,
        ~Delivery.first_copy,
        ~decided,
    )
    count = sa.select(sa.func.count()).where(*open_mails).correlate(Snapshot).scalar_subquery()
    return (
        sa.select(Snapshot, count)
        .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .join(Event, Event.id == Snapshot.event_id)
        .where(
            Dispatch.office_id == office_id,
            Event.held_on >= since,
            sa.exists().where(*open_mails).correlate(Snapshot),
        )
    )


def query_imports(office_id: Asked, staff_id: Asked) -> sa.Select[RosterImport, Event]:
    """Somebody's workbooks that are not done with, and their events."""
    return (
        sa.select(RosterImport, Event)
        .join(Event, Event.id == RosterImport.event_id)
        .where(
            RosterImport.office_id == office_id,
            RosterImport.uploaded_by == staff_id,
            RosterImport.state == ImportState.PENDING,
        )
    )
