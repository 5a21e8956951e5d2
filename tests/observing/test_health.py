"""A proxy learns whether the process lives and whether it can work; a stranger learns no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail import create_app, migrate
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.observing import health
from eventmail.observing.health import Readiness
from eventmail.web import throttle
from tests.counting import heard
from tests.looking import rolled_back
from tests.observing.lines import Lines
from tests.pages import Pages

LIVE, READY = "/health/live", "/health/ready"


@pytest.fixture
def dead(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The pages over a database that has gone since."""
    app = create_app(settings)
    database = app.extensions["eventmail"].database
    database.dispose()
    here = app.extensions["eventmail"]
    gone = Database(f"sqlite:///{tmp_path / 'no-folder' / 'x.sqlite3'}")
    app.extensions["eventmail"] = replace(here, database=gone)
    yield app
    here.outbox.huey.storage.close()
    gone.dispose()


def test_all_is_well(app: Flask) -> None:
    for path in (LIVE, READY):
        response = app.test_client().get(path)
        assert (response.status_code, response.json) == (200, {"status": "ok"})
        assert "Set-Cookie" not in response.headers


def test_a_dead_database(dead: Flask) -> None:
    client = dead.test_client()
    assert client.get(LIVE).status_code == 200
    response = client.get(READY)
    assert response.status_code == 503
    assert response.json == {"status": "unavailable", "missing": "database"}


def test_a_postgresql_that_nobody_serves(app: Flask) -> None:
    gone = Database("postgresql+psycopg://x:secret@127.0.0.1:1/x")
    begun = time.monotonic()
    assert Readiness(migrate.is_current, seconds=0.3).missing(gone) == health.DATABASE
    assert time.monotonic() - begun < 10  # a slow machine has room; the system's own limit is 130
    gone.dispose()


def test_an_older_database(fresh_app: Flask, database: Database) -> None:
    with database.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0032'"))
    response = fresh_app.test_client().get(READY)
    assert (response.status_code, response.json) == (
        503,
        {"status": "unavailable", "missing": "migration"},
    )


def test_a_database_that_hangs_is_answered_for_in_time_and_keeps_one_thread(
    database: Database,
) -> None:
    go_on = threading.Event()
    asked: list[int] = []

    def hang(_database: Database) -> bool:
        asked.append(1)
        return go_on.wait(20)

    readiness = Readiness(hang, seconds=0.1)
    assert [readiness.missing(database) for _ in range(3)] == [health.DATABASE] * 3
    assert len(asked) == 1
    go_on.set()
    assert readiness.missing(database) == health.READY


def test_nobody_loads_the_service_by_asking(database: Database) -> None:
    asked: list[Database] = []

    def count(given: Database) -> bool:
        asked.append(given)
        return True

    readiness = Readiness(count, keeps=60)
    assert {readiness.missing(database) for _ in range(20)} == {health.READY}
    assert len(asked) == 1
    again = Readiness(count, keeps=0)
    assert {again.missing(database) for _ in range(20)} == {health.READY}
    assert len(asked) == 21


def test_asking_takes_nothing_away_that_the_driver_has_prepared(database: Database) -> None:
    """As a ROLLBACK would, every few seconds."""
    with rolled_back() as found:
        assert migrate.is_current(database)
    assert not found


def test_the_files_of_the_revisions_are_read_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = migrate.newest()
    monkeypatch.setattr(migrate, "_scripts", lambda: pytest.fail("read again"))
    assert migrate.is_current(database) is (migrate.revision_of(database) == newest)


def test_whether_it_lives_is_answered_without_a_database_even_to_whoever_is_signed_in(
    app: Flask, sign_in: Callable[[str], Pages]
) -> None:
    browser = sign_in("author")
    with heard() as said:
        assert browser.raw("/").status_code == 200
        assert said
        said.clear()
        assert browser.raw(LIVE).status_code == 200
        assert said == []


def test_whoever_watches_is_never_slowed_down(settings: Settings) -> None:
    app = create_app(replace(settings, mode=Mode.DEMO))
    client = app.test_client()
    for _ in range(throttle.BUDGETS[throttle.VISIT].burst + 20):
        assert client.get(LIVE).status_code == 200
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()


def test_it_is_no_line_of_the_log(app: Flask, lines: Lines) -> None:
    client = app.test_client()
    client.get(LIVE)
    client.get(READY)
    client.get("/sign-in")
    assert [each["route"] for each in lines.records if "route" in each] == ["/sign-in"]
