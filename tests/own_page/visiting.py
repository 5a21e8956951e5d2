"""What the tests of a participant's page ask and change."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.models import Contact, Event
from eventmail.links import service as links
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Audience, Chosen
from eventmail.mailings.service import Draft
from eventmail.own_page import service
from eventmail.sample import People
from eventmail.tables import metadata
from tests.own_page.conftest import BODY, Arrived

STOP = "案内のメールを止める"
POSTS = ("/seen", "/confirm", "/answer", "/renew")

STOPS = {
    "by a person": "UPDATE dispatches SET cancelled_at = created_at WHERE snapshot_id = {snapshot}",
    "by the gate": "UPDATE mailings SET state = 'halted' WHERE id = {mailing}",
}


def change(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(sa.text(statement))


def owner(database: Database, token: str, arrived: Arrived) -> Contact:
    address = next(key for key, value in arrived.tokens.items() if value == token)
    with database.reading() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.address == address)).one()
        _ = contact.participant.company
        return contact


def guest_of(database: Database, token: str) -> links.Guest:
    with database.reading() as session:
        found = links.opened(session, token)
        assert found is not None
        return found


def ids(database: Database, token: str) -> dict[str, object]:
    with database.reading() as session:
        guest = links.opened(session, token)
        assert guest is not None
        return {
            "letter": service.letters(session, guest)[0].delivery_id,
            "material": service.materials(session, guest)[0].key,
        }


def ways(app: Flask, database: Database, token: str, method: str, *, of: str = "") -> list[str]:
    """Every route under /p/ that knows a method, with this token, and the ids of its owner (or of
    another's).
    """
    own = ids(database, of or token)
    values = {"token": token, "delivery_id": own["letter"], "key": own["material"]}
    urls = app.url_map.bind("localhost")
    return sorted(
        urls.build(rule.endpoint, {name: values.get(name, 1) for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/p/") and method in (rule.methods or ())
    )


def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(table))))
            for table in metadata.sorted_tables
        }


def write_to_all(database: Database, people: People, arrived: Arrived) -> int:
    """A second mailing with the shelf's materials, to everybody."""
    with database.writing() as session:
        event = session.get_one(Event, arrived.snapshot.event_id)
        shelf = frozenset(each.id for each in events.shelf(session, event))
        draft = Draft("差し替え", "差し替えのお知らせ", BODY, shelf, 1)
        return mailings.add_mailing(session, people.author, event, draft).id


def write_to_one(database: Database, people: People, arrived: Arrived, token: str) -> int:
    """A second mailing with the shelf's materials, to the owner of this token alone."""
    contact = owner(database, token, arrived)
    with database.writing() as session:
        event = session.get_one(Event, contact.event_id)
        shelf = frozenset(each.id for each in events.shelf(session, event))
        draft = Draft("差し替え", "差し替えのお知らせ", BODY, shelf, 1, audience=Audience.CHOSEN)
        mailing = mailings.add_mailing(session, people.author, event, draft)
        session.add(
            Chosen(
                mailing_id=mailing.id,
                contact_id=contact.id,
                office_id=contact.office_id,
                event_id=contact.event_id,
                participant_id=contact.participant_id,
            )
        )
        return mailing.id
