"""People of the office for the tests of the decisions, their appointments, and what they decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Deputy, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.outbox import service as outbox
from eventmail.sample import People
from tests import settling
from tests.pages import Pages

SignIn = Callable[[str], Pages]
PASSWORD = "a password of fifteen letters"


def staff(database: Database, people: People, login: str, *roles: Role) -> Actor:
    """One more member of the office's staff."""
    with database.writing() as session:
        office = people.author.office
        made = settling.add_staff(session, office, login, f"職員 {login}", PASSWORD, roles)
        return Actor(made, office)


def at_work(database: Database, who: Actor) -> Actor:
    """The person as the pages see him now, with what is lent to him."""
    with database.reading() as session:
        return offices.actor_of(session, session.get_one(Staff, who.id))


def appoint(database: Database, approver: Actor, deputy: Actor, days: int = 7) -> Deputy:
    with database.writing() as session:
        today = clock.today()
        until = today + timedelta(days=days)
        return deputies.appoint(session, approver, deputy.id, today, until, "出張のため")


def decide(database: Database, who: Actor, snapshot: Snapshot, deed: str = "approve") -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, who, snapshot.mailing_id, lock=True)
        if deed == "reject":
            mailings.reject(session, who, mailing, snapshot.digest, "送らないことになりました")
            return
        outbox.start(session, mailings.approve(session, who, mailing, snapshot.digest))
