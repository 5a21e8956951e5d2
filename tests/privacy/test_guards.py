"""Direct SQL: personal data goes by its recorded ways only, whole, and never comes back."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import sending
from eventmail.privacy import purge
from eventmail.wire import Relay

ERASURE = (
    "INSERT INTO event_erasures VALUES (1, 1, '{due}', '2040-01-01 00:00:00+00:00', NULL, "
    "30, 30, 1, 2, 1, 31)"
)
BLANK = (
    "department = '', title = '', name = '', phone = '', notes = '', address = '', "
    "row_digest = '', address_key = 'erased:' || id"
)
HOLD = (
    "INSERT INTO retention_holds (id, office_id, event_id, until, reason, staff_id, at) "
    "VALUES ({id}, 1, 1, '{until}', 'x', 1, '2026-01-01 00:00:00+00:00')"
)
RECORD = ERASURE.format(due="2040-01-01")
PERSON = (
    "INSERT INTO person_erasures VALUES (1, 1, 'd', 'x', 1, '2026-01-01 00:00:00+00:00')",
    "INSERT INTO contact_erasures SELECT id, office_id, event_id, participant_id, 1 FROM contacts "
    "WHERE id = 1",
)
# What is done before, and the statement that the database refuses.
BEFORE = {
    "a contact blanked without a record": ((), f"UPDATE contacts SET {BLANK} WHERE id = 1"),
    "a file emptied without a record": ((), "UPDATE blobs SET content = {empty}"),
    "a record before the event": ((), ERASURE.format(due="2020-01-01")),
    "a record while it is held": ((HOLD.format(id=1, until="2040-02-01"),), RECORD),
    "another contact than the person's": (PERSON, f"UPDATE contacts SET {BLANK} WHERE id = 2"),
    "another's name in a mailing": (
        PERSON,
        "UPDATE snapshot_recipients SET company = '', department = '', title = '', name = '', "
        "address = '', address_key = 'erased:' || contact_id WHERE contact_id = 2",
    ),
    "another's mail": (
        PERSON,
        "UPDATE attempts SET head = {empty} WHERE delivery_id IN "
        "(SELECT id FROM deliveries WHERE contact_id = 2)",
    ),
    "a hold changed": ((HOLD.format(id=1, until="2040-02-01"),), "DELETE FROM retention_holds"),
    "a person's record taken away": (PERSON, "DELETE FROM person_erasures"),
    "a contact blanked in part": (
        (RECORD,),
        "UPDATE contacts SET name = '' WHERE id = 1",
    ),
}
AFTER = {
    "a contact brought back": "UPDATE contacts SET name = '田中' WHERE id = 1",
    "an address brought back": "UPDATE contacts SET address = 'a@b.example' WHERE id = 1",
    "a company brought back": "UPDATE participants SET company = '株式会社' WHERE id = 1",
    "a reading brought back": "UPDATE roster_imports SET reading = '{\"a\":1}'",
    "a new company": (
        "INSERT INTO participants (office_id, event_id, company, status) "
        "VALUES (1, 1, 'x', 'attending')"
    ),
    "the record changed": "UPDATE event_erasures SET contacts = 1",
    "the record taken away": "DELETE FROM event_erasures",
}

# Each copies a row of the event that there is: the guard is asked before any key is.
NEW = {
    **{
        table: f"INSERT INTO {table} SELECT * FROM {table} WHERE event_id = 1"
        for table in (
            "participants",
            "roster_imports",
            "material_versions",
            "mailings",
            "snapshots",
        )
    },
    "contacts": (
        "INSERT INTO contacts (office_id, event_id, participant_id, department, title, name, "
        "phone, address, address_key, active, import_id, source_row, row_digest) SELECT office_id, "
        "event_id, participant_id, '', '', '', '', 'a@b.example', 'a@b.example', TRUE, import_id, "
        "99, '' FROM contacts WHERE id = 1"
    ),
    "letter_slots": (
        "INSERT INTO letter_slots (office_id, event_id, mailing_id, staff_id, typed, version, "
        "saved_at) VALUES (1, 1, NULL, 1, '{}', 0, '2026-01-01 00:00:00+00:00')"
    ),
}


@pytest.fixture
def sent(database: Database, approved: Snapshot, relay: Relay) -> Snapshot:
    sending.run(database, relay, approved.id)
    return approved


class Kept(Exception):
    """What was tried is taken back, so that one database serves all cases."""


def run(session: Session, *statements: str) -> None:
    sqlite = session.get_bind().dialect.name == "sqlite"
    for each in statements:
        told = each.replace("{empty}", "X''" if sqlite else "''\\:\\:bytea")
        session.execute(sa.text(told.replace('":', '"\\:')))


def refused(database: Database, before: tuple[str, ...], attack: str) -> str:
    """The guard that refuses ``attack``; empty if none does."""
    said = ""
    with suppress(Kept), database.writing() as session:
        run(session, *before)
        try:
            run(session, attack)
        except DatabaseError as error:
            said = str(error.orig)
        raise Kept
    return said


def test_nothing_goes_but_by_the_recorded_ways(database: Database, sent: Snapshot) -> None:
    for name, (before, attack) in BEFORE.items():
        assert "guard" in refused(database, before, attack), name


def test_what_is_gone_stays_gone(database: Database, sent: Snapshot) -> None:
    assert purge.run(database.writing, date(2040, 1, 1)) == 1
    for name, attack in AFTER.items():
        assert "guard" in refused(database, (), attack), name


def test_nothing_new_comes_to_an_erased_event(database: Database, sent: Snapshot) -> None:
    assert refused(database, (), NEW["letter_slots"]) == ""
    assert purge.run(database.writing, date(2040, 1, 1)) == 1
    for table, attack in NEW.items():
        assert " erased" in refused(database, (), attack), table


def test_a_shorter_hold_takes_the_place_of_a_longer_one(database: Database, sent: Snapshot) -> None:
    holds = (HOLD.format(id=1, until="2040-02-01"), HOLD.format(id=2, until="2039-02-01"))
    assert refused(database, holds, RECORD) == ""
    assert "held" in refused(database, holds[:1], RECORD)


def test_what_is_being_sent_is_not_erased(database: Database, approved: Snapshot) -> None:
    assert "in_use" in refused(database, (), RECORD)
    assert "in_use" in refused(database, PERSON[:1], PERSON[1])
