"""What one look at the database is, and that it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import database as of_databases
from eventmail.database import Database, learn, one_plan
from eventmail.offices.models import Bureau, Office
from eventmail.suppression.models import Suppression
from tests.conftest import Templates


def _names(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Office.name).order_by(Office.id)))


def _rename(database: Database, name: str) -> None:
    with database.writing() as session:
        session.execute(sa.update(Office).values(name=name))


@pytest.fixture
def named(database: Database) -> Database:
    """A database with one office of a known name."""
    _rename(database, "朝の名前")
    return database


class TestALook:
    def test_is_of_one_moment_whatever_others_write_meanwhile(self, named: Database) -> None:
        with named.reading() as look:
            assert _names(look) == ["朝の名前"]
            _rename(named, "昼の名前")
            assert _names(look) == ["朝の名前"]

    def test_that_begins_later_sees_it(self, named: Database) -> None:
        with named.reading() as look:
            assert _names(look) == ["朝の名前"]
        _rename(named, "昼の名前")
        with named.reading() as look:
            assert _names(look) == ["昼の名前"]

    def test_cannot_write(self, named: Database) -> None:
        with named.reading() as look, pytest.raises(DBAPIError, match=r"read-?only"):
            look.execute(sa.update(Office).values(name="夜の名前"))
        with named.reading() as look:
            assert _names(look) == ["朝の名前"]

    def test_leaves_its_connection_fit_for_writing(self, named: Database) -> None:
        for _ in range(3):
            with named.reading() as look:
                _names(look)
            _rename(named, "昼の名前")
        with named.engine.begin() as connection:
            connection.execute(sa.update(Office).values(name="夜の名前"))
        with named.reading() as look:
            assert _names(look) == ["夜の名前"]

    def test_says_nothing_but_what_it_asks(self, templates: Templates) -> None:
        """Each PRAGMA more would make SQLite forget every statement that it has got ready."""
        database, heard = Database(templates.copy("sqlite")), list[str]()
        for begin in (database.reading, database.writing):
            for _ in range(2):
                with begin() as session:
                    driver: Any = session.connection().connection.driver_connection
                    session.execute(sa.select(1))
                driver.set_trace_callback(heard.append)
        database.dispose()
        quick = [each for each in heard if "busy_timeout" not in each]
        assert quick == [
            "BEGIN DEFERRED",
            "SELECT 1",
            "COMMIT",
            "BEGIN IMMEDIATE",
            "SELECT 1",
            "COMMIT",
        ]

    @pytest.mark.parametrize("database", ["postgresql"], indirect=True)
    def test_has_each_question_planned_for_what_it_asks(self, named: Database) -> None:
        """A plan that is kept fits no event of a hundred times as many companies as others."""
        shown = sa.text("SHOW plan_cache_mode")
        for _ in range(2):
            with named.reading() as look:
                assert look.execute(shown).scalar_one() == "force_custom_plan"
                with one_plan(look):
                    assert look.execute(shown).scalar_one() == "force_generic_plan"
                assert look.execute(shown).scalar_one() == "force_custom_plan"
            with named.writing() as session, one_plan(session):
                assert session.execute(shown).scalar_one() == "auto"

    def test_cannot_lock(self, named: Database) -> None:
        refused = pytest.raises((DBAPIError, AssertionError), match=r"read-only|would lock")
        with named.reading() as look, refused:
            look.scalars(sa.select(Office).with_for_update()).all()


class TestWhatPostgreSQLKnows:
    """How many rows a table has, as it was told after many were written."""

    @pytest.fixture
    def fresh(self, templates: Templates) -> Iterator[Database]:
        found = Database(templates.copy("postgresql"))
        with found.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE bureaus SET (autovacuum_enabled = off)")
        yield found
        found.dispose()

    def _known(self, session: Session, table: str = "bureaus") -> float:
        asked = f"SELECT reltuples FROM pg_class WHERE oid = '{table}'::regclass"
        return float(session.execute(sa.text(asked)).scalar_one())

    def _add(self, session: Session, numbers: range) -> None:
        session.add_all(Bureau(name=f"局{number}") for number in numbers)

    def test_it_looks_at_what_has_doubled(self, fresh: Database) -> None:
        with fresh.writing() as session:
            self._add(session, range(1000))
            learn(session, Bureau)
            assert self._known(session) == 1001, "with the one that is always there"
            self._add(session, range(1000, 3000))
            learn(session, Bureau)
            assert self._known(session) == 3001

    def test_it_does_not_look_again_for_a_few(self, fresh: Database) -> None:
        with fresh.writing() as session:
            self._add(session, range(1000))
            learn(session, Bureau)
            self._add(session, range(1000, 1100))
            learn(session, Bureau)
            assert self._known(session) == 1001

    def test_an_empty_table_is_left_alone(self, fresh: Database) -> None:
        with fresh.writing() as session:
            learn(session, Suppression)
            assert self._known(session, "suppressions") == -1

    def test_whoever_looks_at_the_same_table_holds_up_nobody(
        self, fresh: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(of_databases, "LOOK_WAITS", "50ms")
        with fresh.engine.begin() as other, fresh.writing() as session:
            other.exec_driver_sql("LOCK TABLE bureaus IN SHARE UPDATE EXCLUSIVE MODE")
            self._add(session, range(1000))
            before = self._known(session)
            learn(session, Bureau)
            assert self._known(session) == before
            assert session.execute(sa.text("SHOW lock_timeout")).scalar_one() == "0"
            assert session.scalar(sa.select(sa.func.count()).select_from(Bureau)) == 1001
