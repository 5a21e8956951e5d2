"""Reading, comparing and importing as jobs: nothing is lost, nothing done twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.roster import jobs, service
from eventmail.roster.models import ImportState, RosterImport
from tests.roster.importer import A, B, C, Importer
from tests.spreadsheet.packages import archive


class Crash(Exception):
    """The process that did the job is gone."""


class Dying:
    """Transactions of a process that dies at the start of its n-th one."""

    def __init__(self, database: Database, at: int) -> None:
        self.database, self.left = database, at

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        self.left -= 1
        if self.left == 0:
            raise Crash
        with self.database.writing() as session:
            yield session


def waiting(database: Database) -> list[int]:
    with database.reading() as session:
        return jobs.waiting(session)


def lapse(database: Database, import_id: int) -> None:
    with database.writing() as session:
        session.get_one(RosterImport, import_id).lease = clock.now() - timedelta(seconds=1)


def test_an_upload_waits_for_a_worker_and_then_for_a_person(
    bring: Importer, database: Database
) -> None:
    bring.open(A, B, work=False)
    assert waiting(database) == [bring.id]
    bring.work()
    assert waiting(database) == []
    done = bring.current()
    assert (done.state, done.done, done.total) == (ImportState.PENDING, 2, 2)


@pytest.mark.parametrize("at", range(2, 8))
def test_whenever_the_reading_dies_it_is_done_anew_after_its_lease(
    at: int, bring: Importer, database: Database
) -> None:
    bring.open(A, B, C, work=False)
    with pytest.raises(Crash):
        jobs.run(Dying(database, at), bring.id, mailings.refresh)
    if bring.current().lease is not None:
        assert waiting(database) == []  # as long as its lease runs nobody else takes it
        bring.work()
        assert bring.current().state in (ImportState.READING, ImportState.PLANNING)
        lapse(database, bring.id)
    assert waiting(database) == [bring.id]
    bring.work()
    assert [row.key for row in bring.rows()] == ["2", "3", "4"]
    bring.confirm()
    assert len(bring.addressees()) == 3


def test_an_import_that_dies_before_its_commit_has_done_nothing(
    bring: Importer, database: Database
) -> None:
    bring.open(A, B)
    with database.writing() as session:
        found = service.get_import(session, bring.event, bring.id, lock=True)
        service.confirm(session, bring.people.author, found, found.stamp)
    with pytest.raises(Crash):
        jobs.run(Dying(database, 2), bring.id, mailings.refresh)
    assert bring.addressees() == []
    lapse(database, bring.id)
    bring.work()
    assert len(bring.addressees()) == 2


def test_what_fails_after_the_import_takes_the_import_back(
    bring: Importer, database: Database
) -> None:
    bring.open(A)

    def fail(*_: object) -> list[object]:
        raise Crash

    with database.writing() as session:
        found = service.get_import(session, bring.event, bring.id, lock=True)
        service.confirm(session, bring.people.author, found, found.stamp)
    with pytest.raises(Crash):
        jobs.run(database.writing, bring.id, fail)
    assert bring.addressees() == []


def test_an_import_that_was_given_up_while_it_was_read_stays_given_up(
    bring: Importer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring.open(A, B, work=False)
    told = jobs.stream

    def given_up_meanwhile(*arguments: object) -> Iterator[object]:
        bring.discard()
        yield from told(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "stream", given_up_meanwhile)
    bring.work()
    assert bring.current().state is ImportState.DISCARDED
    assert bring.rows() == []


def test_a_file_that_cannot_be_read_says_why_and_is_not_open(
    bring: Importer, database: Database
) -> None:
    bring.upload(archive({"xl/workbook.xml": b"<broken"}))
    bring.work()
    failed = bring.current()
    assert failed.state is ImportState.FAILED
    assert failed.message.startswith("「名簿.xlsx」を読み取れません。ファイルが壊れています。")
    with database.reading() as session:
        assert service.open_import(session, bring.event) is None
    assert waiting(database) == []


def test_a_small_import_is_done_while_the_person_waits(
    bring: Importer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small() -> bool:
        with database.reading() as session:
            return service.is_small(session, session.get_one(RosterImport, bring.id))

    bring.open(A, work=False)
    assert small()
    monkeypatch.setattr(service, "SMALL_FILE", 100)
    assert not small()
    bring.work()
    assert small()
    monkeypatch.setattr(service, "SMALL_ROSTER", 0)
    assert not small()
