"""Fixtures of the whole suite: both databases, the sample office, the pages.

Tests that touch a database run on SQLite and on PostgreSQL, or by turns on one of them: ``kinds``
says which. Both start from a template that the real migrations made, with the sample office in
it, so a test costs a copy.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import hypothesis
import psycopg
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from eventmail import create_app, migrate, passwords, sample
from eventmail.audit import origin
from eventmail.audit.keys import open_database
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.findings import timing
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.sample import People
from eventmail.web.context import Services
from eventmail.wire import Relay
from tests import kinds, looking, queues, settling, sharing, slim
from tests.lending import Lending, Rows, read_rows
from tests.mailings import journey
from tests.pages import Pages
from tests.postgres import cluster

sharing.compiled_statements()
queues.connections_kept()
looking.locks_nothing()
gc.disable()  # until all tests are collected: looking through them again and again took a third

pytest_plugins = ["tests.measuring", "tests.recorder"]

# The same examples in every run, however slow the machine: what fails here fails for everybody.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")

SECRET = "tests only: nothing is signed with this elsewhere"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", help="keep the journeys' pictures of the pages in this folder")
    parser.addoption(
        "--golden", action="store_true", help="write the golden results of the workbooks anew"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The sample data is a slim copy, except for pictures that somebody wants to look at."""
    if config.getoption("--pictures") is None:
        made = tempfile.TemporaryDirectory(prefix="em-slim-")
        config.add_cleanup(made.cleanup)
        sample.FOLDER = slim.copied(Path(made.name))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    kinds.choose(metafunc)


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and is not looked through again for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


def opened(url: str) -> Database:
    """The database with the key of the test installation, which the audit needs."""
    return open_database(Settings(mode=Mode.TEST, secret_key=SECRET, database_url=url))


# How far the sample office has come: each level is made once from the one before, then copied.
LEVELS = ("office", "meeting", "submitted", "checked", "approved")


class Templates:
    """Migrated databases at each level, made once, copied for each test."""

    def __init__(self, folder: Path, cleanup: ExitStack) -> None:
        self._folder = folder
        self._cleanup = cleanup
        self._server = ""
        self._ready: set[tuple[str, str]] = set()
        self._rows: dict[str, Rows] = {}
        self._lending = Lending(self._new, self._drop, self._rows_of)
        cleanup.callback(self._lending.close)

    def copy(self, kind: str, level: str = "office") -> str:
        """A fresh copy's URL."""
        self._make(kind, level)
        return self._copy(kind, f"template_{level}", f"t{uuid.uuid4().hex}")

    def lend(self, kind: str, level: str = "office") -> str:
        """The URL of a database that may have been a test's before, and shows nothing of it."""
        if kind == "sqlite":
            return self.copy(kind, level)
        return self._url(kind, self._lending.lend(level))

    def empty(self, kind: str) -> str:
        """An empty database's URL, for the migrations themselves."""
        name = f"e{uuid.uuid4().hex}"
        if kind == "postgresql":
            self.run_sql(f"CREATE DATABASE {name}")
        return self._url(kind, name)

    def drop(self, database: Database) -> None:
        """Give a copy's room back: two thousand of them took a minute to remove at the end."""
        name = database.url.database or ""
        database.dispose()
        queues.close_connections(name)
        if database.is_sqlite:
            Path(name).unlink(missing_ok=True)
        elif not self._lending.take_back(name):
            self._drop(name)

    def _drop(self, name: str) -> None:
        self.run_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _new(self) -> tuple[str, str]:
        """One more database for lending: of any level, its rows are written in afterwards."""
        self._make("postgresql", LEVELS[0])
        name = f"lent{uuid.uuid4().hex}"
        return name, _dsn(self._copy("postgresql", f"template_{LEVELS[0]}", name))

    def _rows_of(self, level: str) -> Rows:
        if level not in self._rows:
            self._make("postgresql", level)
            self._rows[level] = read_rows(_dsn(self._url("postgresql", f"template_{level}")))
        return self._rows[level]

    def run_sql(self, statement: str) -> None:
        """Run one administrative statement on PostgreSQL, starting it if need be."""
        if not self._server:
            self._server = self._cleanup.enter_context(cluster())
        with psycopg.connect(_dsn(self._server), autocommit=True) as connection:
            connection.execute(statement)

    def _make(self, kind: str, level: str) -> None:
        if (kind, level) in self._ready:
            return
        name = f"template_{level}"
        if level == LEVELS[0]:
            if kind == "postgresql":
                self.run_sql(f"CREATE DATABASE {name}")
            database = opened(self._url(kind, name))
            migrate.upgrade(database)
            with database.writing() as session:
                people = sample.load_office(session)
                # The rest follows the first copy at once; tests about the look at it say so.
                settling.set_sending(session, people.author.office, 0, 0)
        else:
            before = LEVELS[LEVELS.index(level) - 1]
            self._make(kind, before)
            database = opened(self._copy(kind, f"template_{before}", name))
            _advance(database, level)
        _settle(database)
        self._ready.add((kind, level))

    def _copy(self, kind: str, template: str, name: str) -> str:
        if kind == "sqlite":
            shutil.copy(self._folder / f"{template}.sqlite3", self._folder / f"{name}.sqlite3")
        else:
            self.run_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(kind, name)

    def _url(self, kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite3"
        return self._server.replace("/postgres?", f"/{name}?")


def _dsn(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")


def _advance(database: Database, level: str) -> None:
    people = _people(database)
    if level == "meeting":
        with database.writing() as session:
            event = sample.make_event(session, people.author)
            sample.draft_letter(session, people.author, event)
        return
    step = {"submitted": journey.submit, "checked": journey.check, "approved": journey.approve}
    step[level](database, people, 1)


def _settle(database: Database) -> None:
    """Bring the whole of an SQLite file into that one file, and close."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    with ExitStack() as cleanup:
        yield Templates(tmp_path_factory.mktemp("databases"), cleanup)


@pytest.fixture
def database(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Database]:
    """A migrated database with the sample office, as far on as the test's fixtures ask for."""
    level = next((each for each in reversed(LEVELS) if each in request.fixturenames), LEVELS[0])
    found = opened(templates.lend(request.param, level))
    yield found
    found.dispose()
    templates.drop(found)


@pytest.fixture
def people(database: Database) -> People:
    """The people of the sample office, one for each role."""
    return _people(database)


def _people(database: Database) -> People:
    with database.reading() as session:
        office = session.scalars(sa.select(Office)).one()
        staff = {
            membership.role: each
            for each in session.scalars(sa.select(Staff))
            for membership in each.memberships
        }
        return People(**{role.value: Actor(staff[role], office) for role in Role})


@dataclass(frozen=True)
class Meeting:
    """The sample meeting: 30 companies, two materials, one letter."""

    event: Event
    mailing: Mailing


@pytest.fixture
def meeting(database: Database) -> Meeting:
    """The meeting with its letter in draft, unless a later level is asked for as well."""
    with database.reading() as session:
        mailing = session.scalars(sa.select(Mailing)).one()
        _ = mailing.materials
        return Meeting(mailing.event, mailing)


def _snapshot(database: Database) -> Snapshot:
    with database.reading() as session:
        snapshot = session.scalars(sa.select(Snapshot)).one()
        _ = snapshot.recipients, snapshot.materials
        return snapshot


@pytest.fixture
def submitted(database: Database) -> Snapshot:
    """The meeting's mailing, waiting for the checker."""
    return _snapshot(database)


@pytest.fixture
def checked(database: Database) -> Snapshot:
    """The meeting's mailing, waiting for the approver."""
    return _snapshot(database)


@pytest.fixture
def approved(database: Database) -> Snapshot:
    """The meeting's mailing with its deliveries queued."""
    return _snapshot(database)


# As safe as ever, and quick: sign-ins took a tenth of the suite. A test holds the real one.
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def office_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start is never in a hurry, whenever the suite runs; the rule has tests of its own."""
    monkeypatch.setattr(timing, "_reason", lambda moment: "")


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that ran within the suite's process leaves no word of where acts come from."""
    monkeypatch.setattr(origin, "_process", origin.Origin())


@pytest.fixture
def settings(database: Database, tmp_path: Path, relay: Relay) -> Settings:
    """Settings of a test installation whose relay is the suite's recorder."""
    return Settings(
        mode=Mode.TEST,
        secret_key=SECRET,
        data_dir=tmp_path,
        database_url=database.url.render_as_string(hide_password=False),
        mail_server=relay.host,
        mail_port=relay.port,
        mail_sink=True,
        mail_timeout=5.0,
        mail_lanes=1,
    )


_apps: dict[Settings, Flask] = {}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The app of this test's settings. Apps are kept: only where the data lies is new each time."""
    kind = replace(settings, data_dir=Path(), database_url="", mail_port=0)
    kept = _apps.get(kind)
    if kept is None:
        kept = _apps[kind] = create_app(settings)
    else:
        kept.extensions["eventmail"] = Services.of(settings)
    yield kept
    _end(kept)


@pytest.fixture
def fresh_app(settings: Settings) -> Iterator[Flask]:
    """An app that the test may spoil."""
    made = create_app(settings)
    yield made
    _end(made)


def _end(app: Flask) -> None:
    services = app.extensions["eventmail"]
    services.outbox.huey.storage.close()
    services.database.dispose()


@pytest.fixture
def pages(app: Flask) -> Pages:
    """A browser that holds every page to the page-wide rules; nobody is signed in."""
    return Pages(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Pages]:
    """A browser with the person of that role signed in: ``sign_in("author")``."""
    accounts = {each["role"]: each for each in sample.story()["staff"]}

    def enter(role: str) -> Pages:
        browser = Pages(app)
        browser.enter(accounts[role]["login"], accounts[role]["password"])
        return browser

    return enter
