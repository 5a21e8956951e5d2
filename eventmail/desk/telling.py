"""Tells staff by mail what has come to wait for them: the very tasks that their page shows."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.desk import service
from eventmail.desk.service import Blocked
from eventmail.mailings.models import Mailing, MailingState
from eventmail.mailings.review_models import MailingNotice
from eventmail.offices import places
from eventmail.offices.models import Membership, Staff
from eventmail.offices.permissions import Actor
from eventmail.offices.service import actor_of
from eventmail.outbox.models import Dispatch
from eventmail.staffmail import service as staffmail

MOVING = (MailingState.CHECKING, MailingState.APPROVING, MailingState.SENDING)
LATELY = timedelta(days=30)


def note(database: Database, blocked: Blocked) -> None:
    """Queue a notice for each thing that waits for somebody who was not told of it yet."""
    with database.reading() as session:
        people = list(session.scalars(_people()))
        found = {
            (staff.id, office_id): _news(session, actor_of(session, staff, office_id), blocked)
            for staff in people
            for office_id in places.serves(staff)
        }
    news = {key: each for key, each in found.items() if each}
    if not news:
        return
    with database.writing() as session:
        for (staff_id, office_id), tasks in news.items():
            actor = actor_of(session, session.get_one(Staff, staff_id), office_id)
            for mailing_id, kind, occasion in tasks:
                staffmail.queue(session, actor, mailing_id, kind, occasion)


def _people() -> sa.Select[Staff]:
    """Those who have an address, want notices, and work where something moved of late."""
    since = clock.now() - LATELY
    moving = sa.union(
        sa.select(Mailing.office_id).where(Mailing.state.in_(MOVING)),
        sa.select(Mailing.office_id)
        .join(MailingNotice, MailingNotice.mailing_id == Mailing.id)
        .where(MailingNotice.at > since),
        sa.select(Dispatch.office_id).where(Dispatch.created_at > since),
    )
    works = sa.exists().where(
        Membership.staff_id == Staff.id, Membership.office_id.in_(sa.select(moving.subquery()))
    )
    return sa.select(Staff).where(Staff.active, Staff.notices, Staff.address.is_not(None), works)


def _news(session: Session, actor: Actor, blocked: Blocked) -> list[tuple[int, str, str]]:
    """What waits for somebody in an office and was never told: mailing, kind, occasion."""
    waiting = service.waiting(session, actor, blocked)
    tasks = {each.occasion: each for each in waiting if each.occasion and each.mailing_id}
    told = staffmail.queued_for(session, actor.id, tasks)
    return [
        (each.mailing_id, each.kind.value, occasion)
        for occasion, each in tasks.items()
        if occasion not in told and each.mailing_id is not None
    ]
