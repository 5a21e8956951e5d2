"""A new office, and what is done in it step by step."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.proposals import service as proposals
from eventmail.setup import facts, trying
from eventmail.setup.facts import Step

OWN = "system@himesato-anteisho.example"
BOX = {"address": "aoba@himesato-anteisho.example", "name": "青葉所"}
NUMBERS = {"connections": "4", "per_minute": "", "most_recipients": "100"}
COMMON = {"own": OWN, "host": "", "port": "587", "security": "starttls", "username": "", **NUMBERS}
PASSWORD = "green umbrella on the pier"


def path(office: Office, step: str = "") -> str:
    return f"/setup/offices/{office.id}{step}"


def done(database: Database, office: Office) -> set[Step]:
    with database.reading() as session:
        found = facts.of(session, office.id)
    assert found is not None
    return set(found.done)


def told(database: Database, action: str) -> list[dict[str, object]]:
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == action)
        return [each.details for each in session.scalars(query)]


def staff_it(database: Database, office: Office, *roles: Role) -> None:
    """One person for each role, with a password."""
    with database.writing() as session:
        here = session.get_one(Office, office.id)
        for role in sorted(roles, key=lambda each: each in (Role.MANAGER, Role.APPROVER)):
            offices.add_staff(session, here, f"aoba-{role}", f"青葉 {role}", PASSWORD, [role])


def the_administrator(database: Database) -> Staff:
    with database.reading() as session:
        return session.scalars(sa.select(Staff).where(Staff.login == "system")).one()


def note_taken(database: Database, office: Office) -> None:
    with database.writing() as session:
        staff = session.scalars(sa.select(Staff).order_by(Staff.id)).first()
        assert staff is not None
        trying.settle(session, office.id, staff, taken=True)


def the_actor(database: Database, office: Office, role: Role) -> Actor:
    with database.reading() as session:
        staff = session.scalars(sa.select(Staff).where(Staff.login == f"aoba-{role}")).one()
        return Actor(staff, session.get_one(Office, office.id))


def the_confirm(database: Database, office: Office, proposal_id: int) -> None:
    other = the_actor(database, office, Role.APPROVER)
    with database.writing() as session:
        made = proposals.get(session, other, proposal_id)
        proposals.confirm(session, other, made, made.digest)


def make_event(database: Database, office: Office) -> None:
    author = the_actor(database, office, Role.AUTHOR)
    with database.writing() as session:
        box = offices.mailboxes(session, office.id)[0]
        session.add(
            Event(
                office_id=office.id,
                name="説明会",
                held_on=date(2040, 1, 1),
                place="会場",
                sender_id=box.id,
                reply_to_id=box.id,
                created_by=author.id,
                created_at=clock.now(),
            )
        )
