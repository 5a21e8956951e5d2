"""A database that goes away costs the log two lines, whoever asks it meanwhile."""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from eventmail import away, migrate
from eventmail.audit.keys import opened
from eventmail.away import Outage
from eventmail.config import LogForm, Mode, Settings, to_environment
from eventmail.files import ENTRY
from eventmail.observing import logs
from eventmail.outbox.queue import last_beat, make_huey
from eventmail.outbox.waking import consumer_of
from tests.conftest import SECRET
from tests.faults.servers import Postgres
from tests.observing.lines import Lines, listening

GONE = psycopg.OperationalError("connection failed: no such file\n\tIs the server running?")


def _sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    return error


def _wrapped(error: Exception) -> sa.exc.DBAPIError:
    return sa.exc.OperationalError("SELECT 1", {}, error)


AWAY: dict[str, Exception] = {
    "no connection": GONE,
    "told so by the server": psycopg.errors.AdminShutdown("terminating connection"),
    "it is starting": psycopg.errors.CannotConnectNow("the database system is starting up"),
    "as SQLAlchemy tells it": _wrapped(GONE),
    "a file that cannot be opened": _sqlite("SQLITE_CANTOPEN"),
    "a disk that fails": _sqlite("SQLITE_IOERR_WRITE"),
    "another's for too long": _wrapped(_sqlite("SQLITE_BUSY")),
}
WRONG: dict[str, Exception] = {
    "a deadlock": psycopg.errors.DeadlockDetected("deadlock detected"),
    "too slow a statement": psycopg.errors.QueryCanceled("canceling statement"),
    "no such table there": psycopg.errors.UndefinedTable("huey_task"),
    "no such table in the file": _sqlite("SQLITE_ERROR"),
    "a broken rule": _wrapped(psycopg.errors.UniqueViolation("twice")),
    "a task that nobody signed": ValueError("signature"),
}


@pytest.mark.parametrize("error", AWAY.values(), ids=AWAY)
def test_a_database_that_cannot_be_asked_is_away(error: Exception) -> None:
    assert away.is_away(error)


@pytest.mark.parametrize("error", WRONG.values(), ids=WRONG)
def test_nothing_else_counts_as_that(error: Exception) -> None:
    assert not away.is_away(error)


class Broken:
    """A queue of which every reading fails in this way, until it is mended."""

    blocking = False

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def read(self, *_: object) -> None:
        if self.error is not None:
            raise self.error


@contextmanager
def reading(settings: Settings, storage: Broken) -> Iterator[Callable[[], None]]:
    """One turn of Huey's own worker and scheduler over such a queue."""
    huey = make_huey(settings)
    consumer = consumer_of(huey, workers=1, worker_type="thread", initial_delay=0.001)
    worker = consumer._create_worker()
    scheduler = consumer._create_scheduler()
    scheduler.sleep_for_interval = lambda *_: None
    worker.initialize()
    worker.max_delay = 0.001
    storage_of_huey = huey.storage
    storage_of_huey.dequeue = storage.read
    storage_of_huey.read_schedule = lambda _: storage.read() or []

    def turn() -> None:
        worker.loop()
        scheduler._next_loop = time.monotonic() + 1
        scheduler.loop()

    yield turn
    del storage_of_huey.dequeue, storage_of_huey.read_schedule
    huey.storage.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    return Settings(mode=Mode.TEST, secret_key=SECRET, data_dir=tmp_path, database_url=url)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    with listening(monkeypatch, logs.JsonLines) as found:
        yield found


def test_readings_that_fail_are_one_line_and_another_when_they_go_well(
    settings: Settings, lines: Lines
) -> None:
    storage = Broken(GONE)
    with reading(settings, storage) as turn:
        for _ in range(5):
            turn()
        (line,) = lines.records
        assert (line["level"], line["logger"]) == ("error", "eventmail.away")
        assert line["message"] == (
            "the queue's database is away: connection failed: no such file Is the server running?"
        )
        assert "exception" not in line
        storage.error = None
        for _ in range(5):
            turn()
    _, line = lines.records
    assert (line["level"], line["message"]) == (
        "warning",
        "the queue's database is back after 0 seconds",
    )


def test_while_it_stays_away_it_is_told_of_now_and_then(
    settings: Settings, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading(settings, Broken(GONE)) as turn:
        turn()
        monkeypatch.setattr(away, "STILL", 0.0)
        turn()
    assert len(lines.records) == 3, "once when it went, then by each of the two"
    assert "is away for 0 seconds" in lines.records[-1]["message"]


@pytest.mark.parametrize("error", WRONG.values(), ids=WRONG)
def test_what_is_wrong_keeps_its_trace_each_time(
    settings: Settings, lines: Lines, error: Exception
) -> None:
    with reading(settings, Broken(error)) as turn:
        turn()
    assert [each["logger"] for each in lines.records] == [
        "huey.consumer.Worker",
        "huey.consumer.Scheduler",
    ]
    assert all(each["exception"].startswith("Traceback") for each in lines.records)


def test_an_answer_to_what_was_asked_before_it_went_does_not_say_that_it_is_back(
    lines: Lines,
) -> None:
    outage = Outage("the database")
    with outage.watched(), pytest.raises(psycopg.OperationalError), outage.watched():
        raise GONE
    assert len(lines.records) == 1


@pytest.mark.parametrize("error", AWAY.values(), ids=AWAY)
def test_whoever_else_it_stops_says_so_without_a_trace(lines: Lines, error: Exception) -> None:
    try:
        raise error
    except Exception:
        logging.getLogger("huey").exception("Unhandled exception in task 1.")
    (line,) = lines.records
    assert line["message"] == "Unhandled exception in task 1."
    assert line["exception"] == away.words(error)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with Postgres() as found:
        found.sql("CREATE DATABASE away")
        yield found


def test_a_worker_writes_two_lines_of_a_postgresql_that_stops_and_starts(
    server: Postgres, tmp_path: Path
) -> None:
    settings = Settings(
        mode=Mode.TEST, secret_key=SECRET, data_dir=tmp_path, database_url=server.url("away"),
        mail_sink=True, log=LogForm.JSON,
    )  # fmt: skip
    with opened(settings) as database:
        migrate.upgrade(database)
    with (tmp_path / "log").open("wb") as log:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("EVENTMAIL_")}
        child = subprocess.Popen(
            [sys.executable, str(ENTRY), "worker"],
            env={**inherited, **to_environment(settings)},
            stderr=log,
        )
    try:
        _wait_for(lambda: _beat(settings) is not None)
        starting = _beat(settings)
        _wait_for(lambda: _beat(settings) != starting)
        server.kill()
        _wait_for(lambda: any("is away" in each["message"] for each in _warnings(tmp_path)))
        time.sleep(3)  # about fifty readings by four threads, and three of the schedule
        server.start()
        _wait_for(lambda: any("is back" in each["message"] for each in _warnings(tmp_path)))
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
    finally:
        child.kill()
        child.wait()
    told = _warnings(tmp_path)
    assert not [each for each in told if "Traceback" in each.get("exception", "")]
    assert [each["level"] for each in told if each["logger"] == "eventmail.away"] == [
        "error",
        "warning",
    ]
    assert len(told) < 10, "what was under way has a line each"


def _beat(settings: Settings) -> datetime | None:
    huey = make_huey(settings)
    try:
        return last_beat(huey)
    finally:
        huey.storage.close()


def _warnings(folder: Path) -> list[dict[str, str]]:
    whole = [each for each in (folder / "log").read_text().splitlines() if each.startswith("{")]
    found = [json.loads(each) for each in whole]
    return [each for each in found if each["level"] not in ("debug", "info")]


def _wait_for(holds: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
