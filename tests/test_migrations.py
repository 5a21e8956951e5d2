"""Every revision up and down on both databases; the newest says the same as the models."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eventmail import migrate
from eventmail.audit import chain
from eventmail.database import Database
from tests.conftest import Templates, opened
from tests.kinds import DATABASES


@pytest.mark.parametrize("kind", DATABASES)
def test_up_down_and_up_again(kind: str, templates: Templates) -> None:
    database = Database(templates.empty(kind))
    assert not migrate.is_current(database)
    migrate.upgrade(database)
    assert migrate.is_current(database)
    assert migrate.differences(database) == []
    migrate.downgrade(database, "base")
    with database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    migrate.upgrade(database)
    assert migrate.differences(database) == []
    database.dispose()


@pytest.mark.parametrize("kind", DATABASES)
def test_the_guards_come_with_the_migrations(kind: str, templates: Templates) -> None:
    database = Database(templates.copy(kind))
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT DISTINCT trigger_name FROM information_schema.triggers",
    }
    with database.engine.connect() as connection:
        found = set(connection.execute(sa.text(catalogue[kind])).scalars())
    database.dispose()
    assert {
        "guard_audit_entries_update",
        "guard_audit_entries_delete",
        "guard_snapshots_update",
        "guard_snapshot_recipients_update",
        "guard_reviews_own_mailing",
        "guard_reviews_unchecked",
        "guard_reviews_unseen",
        "guard_reviews_false_deputy",
        "guard_check_steps_delete",
        "guard_lifts_unapproved",
        "guard_dispatches_not_lifted",
        "guard_snapshot_findings_update",
        "guard_mailings_rejected",
        "guard_dispatches_unapproved",
        "guard_deliveries_readdressed",
        "guard_deliveries_settled",
        "guard_mailing_editors_delete",
        "guard_proposal_decisions_own_proposal",
        "guard_offices_batches",
        "guard_memberships_given",
    } <= found


@pytest.mark.parametrize("kind", DATABASES)
def test_rows_and_guards_outlive_every_step_back_and_forth(kind: str, templates: Templates) -> None:
    """A table that is written anew on the way keeps its rows, its indexes and its triggers.

    What only newer tables hold is gone: how an import is undone, what scans have told.
    """
    database = opened(templates.copy(kind, "approved"))
    before = contents(database)
    assert before["roster_changes"] == 30
    migrate.downgrade(database, "0001")
    migrate.upgrade(database)
    chain.seal_older(database)  # as the command does
    gone = ("roster_changes", "material_scans", "material_openings", "check_steps")
    gone += ("snapshot_findings", "proposals", "proposal_decisions", "setting_changes")
    # Nor does anybody keep a role that there was not.
    assert contents(database) == before | dict.fromkeys(gone, 0) | {
        "memberships": 3,
        "office_staff": 3,
    }
    assert before["mailings"] == 1
    assert before["deliveries"] == 31
    database.dispose()


def test_what_is_known_of_a_rewritten_column_is_gathered_anew(templates: Templates) -> None:
    """Without it a page over three million mails took twelve seconds instead of half a second."""
    database = opened(templates.copy("postgresql", "approved"))
    migrate.downgrade(database, "0037")
    migrate.upgrade(database)
    query = "SELECT DISTINCT tablename FROM pg_stats WHERE attname IN ('id', 'delivery_id')"
    with database.engine.connect() as connection:
        known = set(connection.execute(sa.text(query)).scalars())
    assert "deliveries" in known
    database.dispose()


def test_nothing_is_made_known_of_empty_tables(templates: Templates) -> None:
    """PostgreSQL takes a table that it knows nothing of for a small one, and goes by its indexes.

    Known to be empty, each mail of the first approval read all those before it.
    """
    database = Database(templates.copy("postgresql"))
    query = "SELECT reltuples FROM pg_class WHERE relname IN ('deliveries', 'attempts')"
    with database.engine.connect() as connection:
        assert list(connection.execute(sa.text(query)).scalars()) == [-1, -1]
    database.dispose()


def contents(database: Database) -> dict[str, object]:
    """How many rows each table has, and the names of all triggers and indexes."""
    triggers = {
        True: "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        False: "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }
    with database.engine.connect() as connection:
        inspector = sa.inspect(connection)
        tables = inspector.get_table_names()
        found: dict[str, object] = {
            table: connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()
            for table in tables
        }
        found["triggers"] = list(connection.execute(sa.text(triggers[database.is_sqlite])))
        found["indexes"] = sorted(
            str(index["name"]) for table in tables for index in inspector.get_indexes(table)
        )
    return found


@pytest.mark.parametrize("kind", DATABASES)
def test_a_reading_that_waited_is_read_anew(kind: str, templates: Templates) -> None:
    """The newest reading that waited before 0003 is read again; an older one is given up."""
    database = Database(templates.copy(kind, "meeting"))
    migrate.downgrade(database, "0002")
    copy = (
        "INSERT INTO roster_imports (id, office_id, event_id, filename, sha256, state, reading, "
        "uploaded_by, uploaded_at) SELECT {id}, office_id, event_id, filename, sha256, 'pending', "
        "reading, uploaded_by, uploaded_at FROM roster_imports WHERE id = 1"
    )
    with database.writing() as session:
        for number in (8, 9):
            session.execute(sa.text(copy.format(id=number)))
    migrate.upgrade(database)
    with database.reading() as session:
        found = session.execute(sa.text("SELECT id, state FROM roster_imports ORDER BY id"))
        assert [tuple(each) for each in found] == [
            (1, "applied"),
            (8, "discarded"),
            (9, "reading"),
        ]
    database.dispose()
