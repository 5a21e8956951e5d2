"""What was found in an erased file is remembered by no machine, whichever erased it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock, processes
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Blob
from eventmail.mailings.models import Snapshot
from eventmail.offices import service as offices
from eventmail.outbox import sending
from eventmail.outbox.worker import SEARCHED, Outbox
from eventmail.privacy import forgetting
from eventmail.wire import Relay
from tests.recorder import allow_port

AFTERWARDS = datetime(2040, 1, 1, 12, tzinfo=clock.TOKYO)
GONE = "0" * 64  # the SHA-256 of no file


@pytest.fixture
def sent(database: Database, approved: Snapshot, relay: Relay) -> Snapshot:
    sending.run(database, relay, approved.id)
    return approved


@pytest.fixture
def machines(
    settings: Settings, database: Database, sent: Snapshot, tmp_path: Path
) -> Iterator[list[Outbox]]:
    """Two machines over one database, both of which have looked through all its files."""
    folders = [tmp_path / name for name in ("first", "second")]
    found = []
    for folder in folders:
        folder.mkdir()
        found.append(Outbox(replace(settings, data_dir=folder), database))
        remember(folder, digests(database))
    yield found
    for each in found:
        each.ending.set()
        each.huey.storage.close()


def digests(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(sa.select(Blob.sha256)))


def remember(data: Path, names: set[str]) -> None:
    (data / SEARCHED).mkdir(exist_ok=True)
    for each in names:
        (data / SEARCHED / each).write_bytes(b"found in it: taro@kure.example")


def remembered(data: Path) -> set[str]:
    return {each.name for each in (data / SEARCHED).iterdir()}


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_each_machine_forgets_what_one_of_them_erased(
    database: Database, machines: list[Outbox]
) -> None:
    known = digests(database)
    first, second = (each.settings.data_dir for each in machines)
    with time_machine.travel(AFTERWARDS, tick=False):
        machines[0].erase_due()
    assert (remembered(first), remembered(second)) == (set(), known)
    machines[1].keep_forgetting()
    wait_until(lambda: remembered(second) == set())


def test_what_is_there_stays_remembered(database: Database, machines: list[Outbox]) -> None:
    place = machines[0].searched
    known = digests(database)
    remember(place.parent, {GONE, f".{GONE}.4711"})
    assert forgetting.forget_gone(database, place) == 2
    assert remembered(place.parent) == known != set()


def test_a_file_that_another_office_still_has_stays_remembered(
    database: Database, machines: list[Outbox]
) -> None:
    one = min(digests(database))
    with database.writing() as session:
        office = offices.add_office(session, "別の労働局", "別の所")
        session.add(Blob(office_id=office.id, sha256=one, content=b"the same bytes"))
    with time_machine.travel(AFTERWARDS, tick=False):
        machines[0].erase_due()
    assert remembered(machines[0].settings.data_dir) == {one}


def test_any_number_is_asked_about_in_portions(
    database: Database, machines: list[Outbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PORTION", 2)
    place = machines[0].searched
    known = digests(database)
    remember(place.parent, {f"{number:064}" for number in range(5)})
    assert forgetting.forget_gone(database, place) == 5
    assert remembered(place.parent) == known


def test_a_machine_that_never_looked_into_a_file_has_nothing_to_forget(
    database: Database, tmp_path: Path
) -> None:
    assert forgetting.forget_gone(database, tmp_path / "not there") == 0


def test_an_hour_in_which_it_fails_is_made_good_by_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    turns: list[Path] = []

    def turn(_: Database, folder: Path) -> int:
        turns.append(folder)
        if len(turns) == 1:
            raise OSError("the disk is away")
        return 0

    monkeypatch.setattr(forgetting, "forget_gone", turn)
    monkeypatch.setattr(forgetting, "SECONDS", 0.01)
    ending = threading.Event()
    thread = forgetting.keep_forgetting(database, tmp_path, ending)
    wait_until(lambda: len(turns) >= 2)
    ending.set()
    thread.join(10)
    assert not thread.is_alive(), "it ends with its process"


@pytest.mark.parametrize("command", ["worker", "web"])
def test_every_process_that_runs_on_sees_to_its_own_machine(
    settings: Settings, database: Database, tmp_path: Path, command: str
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allow_port(port)
    remember(tmp_path, {GONE})
    child = processes.start(replace(settings, port=port), [command])
    try:
        wait_until(lambda: remembered(tmp_path) == set())
    finally:
        processes.end([child])
