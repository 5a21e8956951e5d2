"""The database, the worker, the queue and the backups, each good and broken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.doctor import backups, rows, work
from eventmail.doctor.finding import State
from eventmail.outbox import queue
from eventmail.outbox.queue import make_huey
from tests.doctor.cases import BROKEN, GOOD, LOOK, Case, holds


class TestDatabase:
    def test_it_answers_is_current_and_agrees_about_the_time(self, settings: Settings) -> None:
        database = open_database(settings)
        holds(rows.reachable(database), GOOD, "つながります")
        holds(rows.migrations(database), GOOD, "最新の形")
        holds(rows.time(database), GOOD, "差は0秒")
        database.dispose()

    def test_it_does_not_answer(self, tmp_path: Path) -> None:
        (tmp_path / "x.sqlite3").write_bytes(b"no database" * 100)
        database = open_database(Settings(database_url=f"sqlite:///{tmp_path}/x.sqlite3"))
        holds(rows.reachable(database), BROKEN, "つながりません", "EVENTMAIL_DATABASE_URL")
        database.dispose()

    def test_its_file_is_not_there_and_is_not_made(self, tmp_path: Path) -> None:
        file = tmp_path / "x.sqlite3"
        database = open_database(Settings(database_url=f"sqlite:///{file}"))
        holds(rows.reachable(database), BROKEN, f"{file} がありません", "migrate")
        assert not file.exists()

    @pytest.mark.parametrize(
        ("revision", "found", "todo"),
        [("0031", "古い形", "migrate"), ("9999", "新しい形", "入れ替え"), (None, "空", "migrate")],
    )
    def test_another_form(
        self, settings: Settings, revision: str | None, found: str, todo: str
    ) -> None:
        database = open_database(settings)
        with database.writing() as session:
            newest = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
            session.execute(sa.text("DELETE FROM alembic_version"))
            asked = sa.text("INSERT INTO alembic_version VALUES (:it)")
            if revision:
                session.execute(asked, {"it": revision})
        holds(rows.migrations(database), BROKEN, found, todo)
        with database.writing() as session:
            session.execute(sa.text("DELETE FROM alembic_version"))
            session.execute(asked, {"it": newest})
        database.dispose()

    @pytest.mark.parametrize(("seconds", "state"), [(20, LOOK), (300, BROKEN), (-300, BROKEN)])
    def test_clocks_apart(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, seconds: int, state: State
    ) -> None:
        wrong = clock.now() + timedelta(seconds=seconds)
        monkeypatch.setattr(rows, "_now_of", lambda database: wrong)
        database = open_database(settings)
        holds(rows.time(database), state, "ずれています", "NTP")
        database.dispose()


BEATS: dict[str, tuple[timedelta | None, Case]] = {
    "a moment ago": (timedelta(seconds=30), (GOOD, "動いています", "")),
    "some minutes ago": (timedelta(minutes=5), (LOOK, "5分", "worker")),
    "long ago": (timedelta(hours=2), (BROKEN, "120分", "worker")),
    "never": (None, (BROKEN, "跡がありません", "worker")),
}


@pytest.mark.parametrize("name", BEATS)
def test_worker(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ago, (state, found, todo) = BEATS[name]
    if ago is not None:
        with monkeypatch.context() as then:
            moment = clock.now() - ago
            then.setattr(queue.clock, "now", lambda: moment)
            queue.beat(make_huey(settings))
    holds(work.worker(settings), state, found, todo)


WAITS: dict[str, tuple[timedelta | None, Case]] = {
    "nothing": (None, (GOOD, "ありません", "")),
    "shortly": (timedelta(minutes=2), (GOOD, "2分", "")),
    "too long": (timedelta(minutes=10), (LOOK, "10分", "worker")),
    "for ages": (timedelta(hours=3), (BROKEN, "180分", "worker")),
}


@pytest.mark.parametrize("name", WAITS)
def test_queue(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ago, (state, found, todo) = WAITS[name]
    moment = None if ago is None else clock.now() - ago
    monkeypatch.setattr(work.standing, "waiting_since", lambda session: moment)
    make_huey(settings).storage.close()
    database = open_database(settings)
    holds(work.queue(settings, database), state, found, todo)
    database.dispose()


def test_no_queue(settings: Settings, tmp_path: Path) -> None:
    embedded = replace(settings, data_dir=tmp_path, database_url="sqlite:///none.sqlite3")
    file = tmp_path / "queue.sqlite3"
    database = open_database(settings)
    holds(work.queue(embedded, database), BROKEN, f"{file} がまだありません", "worker")
    holds(work.worker(embedded), BROKEN, "跡がありません", "worker")
    assert not file.exists()
    file.write_bytes(b"no queue" * 100)
    holds(work.queue(embedded, database), BROKEN, "開けません", "書き込める")
    database.dispose()


@dataclass(frozen=True)
class Record:
    at: object
    path: Path = Path("backup")
    is_good: bool = True
    told: str = "鎖が切れています。"


BACKUPS: dict[str, tuple[object, Case]] = {
    "last night": (Record(clock.now() - timedelta(hours=7)), (GOOD, "7時間前", "")),
    "two days ago": (Record(clock.now() - timedelta(days=2)), (LOOK, "2日", "毎日")),
    "last month": (Record(clock.now() - timedelta(days=30)), (BROKEN, "30日", "毎日")),
    "a bad one": (Record(clock.now(), is_good=False), (BROKEN, "鎖が切れて", "取り直して")),
    "none": (None, (LOOK, "記録がありません", "毎日")),
}


@pytest.mark.parametrize("name", BACKUPS)
def test_backup(name: str) -> None:
    kept, (state, found, todo) = BACKUPS[name]
    holds(backups.backup(Settings(), lambda settings: kept), state, found, todo)  # type: ignore[arg-type,return-value]
