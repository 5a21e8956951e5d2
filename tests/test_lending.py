"""A PostgreSQL database is lent again as it was made, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from eventmail import migrate
from eventmail.database import Database
from eventmail.offices.models import Staff
from tests.conftest import Templates, opened

# What a test may do to the tables besides their rows: each query makes the statement.
CHANGES = {
    "a guard dropped": (
        "SELECT 'DROP TRIGGER ' || tgname || ' ON audit_entries' FROM pg_trigger "
        "WHERE tgrelid = 'audit_entries'::regclass AND NOT tgisinternal"
    ),
    "guards switched off": "SELECT 'ALTER TABLE audit_entries DISABLE TRIGGER ALL'",
    "a guard's function changed": (
        "SELECT 'ALTER FUNCTION ' || t.tgfoid::regprocedure || ' COST 7' FROM pg_trigger t "
        "WHERE t.tgrelid = 'audit_entries'::regclass AND NOT t.tgisinternal"
    ),
    "a CHECK dropped": (
        "SELECT 'ALTER TABLE mailings DROP CONSTRAINT ' || conname FROM pg_constraint "
        "WHERE conrelid = 'mailings'::regclass AND contype = 'c'"
    ),
    "a foreign key dropped": (
        "SELECT 'ALTER TABLE mailings DROP CONSTRAINT ' || conname FROM pg_constraint "
        "WHERE conrelid = 'mailings'::regclass AND contype = 'f'"
    ),
    "NOT NULL dropped": "SELECT 'ALTER TABLE staff ALTER COLUMN name DROP NOT NULL'",
    "a column more": "SELECT 'ALTER TABLE staff ADD COLUMN nickname text'",
    "a column of another type": "SELECT 'ALTER TABLE staff ALTER COLUMN name TYPE varchar(3000)'",
    "an index renamed": "SELECT 'ALTER INDEX pk_staff RENAME TO pk_lent'",
}


@pytest.fixture
def lent(templates: Templates) -> Iterator[Database]:
    found = opened(templates.lend("postgresql"))
    yield found
    found.dispose()


def given_back(templates: Templates, database: Database) -> Database:
    """Whatever is lent next, after this one came back."""
    database.dispose()
    templates.drop(database)
    return opened(templates.lend("postgresql"))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_one_with_another_shape_is_lent_to_nobody(
    templates: Templates, lent: Database, change: str
) -> None:
    with lent.engine.begin() as connection:
        connection.exec_driver_sql(connection.exec_driver_sql(change).scalars().first())
    after = given_back(templates, lent)
    assert after.url.database != lent.url.database
    after.dispose()
    templates.drop(after)


def test_one_whose_rows_alone_were_changed_is_lent_again_with_the_rows_it_had(
    templates: Templates, lent: Database
) -> None:
    with lent.writing() as session:
        names = session.scalars(sa.select(Staff.name).order_by(Staff.id)).all()
        session.execute(sa.update(Staff).values(name="somebody else"))
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    after = given_back(templates, lent)
    assert after.url.database == lent.url.database
    with after.reading() as session:
        assert session.scalars(sa.select(Staff.name).order_by(Staff.id)).all() == names
    assert migrate.is_current(after)
    after.dispose()
    templates.drop(after)
