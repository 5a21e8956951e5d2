"""What was sent and said is written once: the database itself refuses to have it otherwise."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from eventmail.database import Database
from eventmail.offices.models import Role, Staff
from eventmail.sample import People
from tests.notices.bureau import Bureau, draft, of_office, read, send, set_up, withdraw

HEADS = [Role.MANAGER]

WRITTEN_ONCE = {
    "a title is changed": "UPDATE notices SET title = 'x'",
    "a text is changed": "UPDATE notices SET text = 'x'",
    "a notice is deleted": "DELETE FROM notices",
    "somebody is asked no more": "DELETE FROM notice_recipients",
    "another is asked instead": "UPDATE notice_recipients SET staff_id = {author}",
    "a reading is taken back": "DELETE FROM notice_readings",
    "a reading is dated back": "UPDATE notice_readings SET at = '2020-01-01 00:00:00'",
    "a withdrawal is taken back": "DELETE FROM notice_withdrawals",
    "a reason is changed": "UPDATE notice_withdrawals SET reason = 'x'",
    "a mail is sent to another": "UPDATE notice_mails SET staff_id = {author}",
    "a mail is forgotten": "DELETE FROM notice_mails",
    "a settled mail is sent again": "UPDATE notice_mails SET state = 'queued'",
    "somebody more is asked": (
        "INSERT INTO notice_recipients (office_id, notice_id, staff_id) "
        "VALUES ({office}, {notice}, {author})"
    ),
}
ADDED = {
    "a reading of another office": (
        "INSERT INTO notice_readings (recipient_id, office_id, at) "
        "SELECT id, {office}, '2026-11-01 00:00:00' FROM notice_recipients "
        "WHERE office_id = {elsewhere}"
    ),
    "a correction of another office's notice": (
        "INSERT INTO notices (office_id, batch, kind, title, text, roles, people, corrects_id, "
        "overseer_id, sent_at) SELECT {elsewhere}, 'b', kind, title, text, roles, people, id, "
        "overseer_id, sent_at FROM notices WHERE id = {notice}"
    ),
}


@pytest.fixture
def bureau(database: Database, people: People) -> Bureau:
    return set_up(database)


@pytest.fixture
def ids(database: Database, bureau: Bureau, people: People) -> dict[str, int]:
    """A notice to the managers, read by one, withdrawn, and its mail sent."""
    with database.writing() as session:
        session.get_one(Staff, people.manager.id).address = "m@himesato-anteisho.example"
    sent = send(database, bureau.overseer, draft(roles=HEADS))
    own = of_office(sent, people.manager)
    read(database, people.manager, own.id)
    withdraw(database, bureau.overseer, own.batch)
    with database.writing() as session:
        session.execute(sa.text("UPDATE notice_mails SET state = 'accepted'"))
    return {
        "notice": own.id,
        "office": own.office_id,
        "elsewhere": bureau.akebono.id,
        "author": people.author.id,
    }


def test_the_database_keeps_what_was_sent_and_said(database: Database, ids: dict[str, int]) -> None:
    for what, statement in WRITTEN_ONCE.items():
        with pytest.raises(DBAPIError) as refused, database.writing() as session:
            session.execute(sa.text(statement.format(**ids)))
        assert "guard notice" in str(refused.value.orig), what
    for what, statement in ADDED.items():
        with pytest.raises(DBAPIError) as refused, database.writing() as session:
            session.execute(sa.text(statement.format(**ids)))
        assert "foreign key" in str(refused.value.orig).lower(), what
