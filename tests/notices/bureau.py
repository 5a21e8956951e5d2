"""What the tests of notices share: a bureau of two offices, an overseer, and what he sends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, sample
from eventmail.database import Database
from eventmail.notices import addressing, listing, service
from eventmail.notices.drafting import Draft
from eventmail.notices.figures import State
from eventmail.notices.forms import new_batch
from eventmail.notices.models import Kind, Notice
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor, Standing
from eventmail.proposals.roles import ROLES
from tests import settling

OWN = "himesato-anteisho.example"
TITLE = "あて先の確認について"
TEXT = "あて先を2人で確かめてください。\n問い合わせ先：kyoku@himesato-anteisho.example"
EVERY = frozenset(Role)
PASSWORD = "green umbrella on the pier"


@dataclass(frozen=True)
class Bureau:
    """The overseer, and beside the sample office one with an author and a manager."""

    overseer: Staff
    akebono: Office
    far: Office


def set_up(database: Database) -> Bureau:
    """Two offices of one bureau, and one of another."""
    with database.writing() as session:
        overseer = sample.load_outside(session)[Standing.OVERSEER]
        akebono = offices.add_office(session, "みどり野労働局", "あけぼの公共職業安定所")
        offices.add_mailbox(session, akebono, akebono.name, "soumu@akebono.example")
        for login, role in (("ake-a", Role.AUTHOR), ("ake-m", Role.MANAGER)):
            offices.add_staff(session, akebono, login, f"曙 {login}", PASSWORD, [role])
        far = offices.add_office(session, "遠くの労働局", "遠くの所")
        offices.add_staff(session, far, "toku", "遠野 一", PASSWORD, [Role.AUTHOR])
        return Bureau(overseer, akebono, far)


def draft(
    kind: Kind = Kind.CAUTION,
    *,
    title: str = TITLE,
    text: str = TEXT,
    days: int | None = 7,
    roles: Collection[Role] = EVERY,
    offices: Collection[int] | None = None,
    corrects: str = "",
) -> Draft:
    """A notice to everybody, to be read within a week, unless it says otherwise."""
    due: date | None = None if days is None else clock.today() + timedelta(days=days)
    where = None if offices is None else frozenset(offices)
    return Draft(kind, title, text, due, frozenset(roles), where, corrects)


def send(database: Database, overseer: Staff, wanted: Draft, batch: str = "") -> list[Notice]:
    """Look at who gets it, and send it."""
    with database.writing() as session:
        own = session.get_one(Staff, overseer.id)
        seen = addressing.stamp(wanted, addressing.prepared(session, own, wanted))
        return service.send(session, own, wanted, batch or new_batch(), seen)


def correct(database: Database, overseer: Staff, first: Notice, **said: str) -> list[Notice]:
    """Mend a notice by another one."""
    roles = frozenset(map(Role, first.roles))
    return send(database, overseer, draft(first.kind, roles=roles, corrects=first.batch, **said))


def withdraw(database: Database, overseer: Staff, batch: str, reason: str = "誤りのため") -> None:
    """Take a notice back."""
    with database.writing() as session:
        service.withdraw(session, session.get_one(Staff, overseer.id), batch, reason)


def count(database: Database, table: str) -> int:
    """How many rows a table has."""
    with database.reading() as session:
        return session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0


def addresses(session: Session, *people: int) -> None:
    """Give these people addresses of their office."""
    for number in people:
        session.get_one(Staff, number).address = f"s{number}@{OWN}"


def serve_as(session: Session, person: Actor, *roles: Role) -> None:
    """From now on somebody has these roles in his office and no others."""
    place = ROLES.at(person.office.id, str(person.id))
    settling.settle(session, place, sorted(each.value for each in roles))


def read(database: Database, actor: Actor, notice_id: int) -> None:
    """読みました."""
    with database.writing() as session:
        service.read(session, actor, notice_id)


def of_office(sent: list[Notice], actor: Actor) -> Notice:
    """The one that his office got."""
    (found,) = [each for each in sent if each.office_id == actor.office.id]
    return found


def states(database: Database, actor: Actor) -> list[State | None]:
    """How each notice stands with somebody, in the order of his list."""
    with database.reading() as session:
        return [each.state for each in listing.of_office(session, actor)]
