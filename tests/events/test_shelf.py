"""Scans kept beside the files, and who has seen which page of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service, shelf
from eventmail.events.models import Blob, MaterialOpening, MaterialScan, MaterialVersion
from eventmail.sample import People
from eventmail.scanning import scanner
from eventmail.scanning.paging import pages_to_see
from eventmail.scanning.report import Scan, Trace
from tests.conftest import Meeting
from tests.scanning import office
from tests.scanning.pdfs import drawn, says
from tests.wire.files import locked_workbook

BOOK = office.workbook(office.hidden_sheet())
PAGES = drawn(says("1"), says("2"), says("3"))


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    shelf._by_digest.clear()
    yield
    shelf._by_digest.clear()


def put(
    database: Database, people: People, meeting: Meeting, name: str, content: bytes
) -> MaterialVersion:
    with database.writing() as session:
        return service.put_material(session, people.author, meeting.event, name, content)


def forget_scans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """From now on scans are counted, not made."""
    made: list[str] = []

    def scan(content: bytes, filename: str) -> Scan:
        made.append(filename)
        return Scan("made anew")

    monkeypatch.setattr(scanner, "scan", scan)
    shelf._by_digest.clear()
    return made


def test_a_file_is_scanned_when_it_is_put_on_the_shelf(
    database: Database, people: People, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = put(database, people, meeting, "案内.xlsx", BOOK)
    made = forget_scans(monkeypatch)
    with database.reading() as session:
        found = shelf.scan_of(session, version.office_id, version.sha256)
    assert [each.what for each in found.hidden] == [Trace.SHEET]
    assert found.addresses == ("saiyo@minato-denki.example",)
    assert made == []


def test_a_newer_scanner_scans_again(
    database: Database, people: People, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = put(database, people, meeting, "案内.xlsx", BOOK)
    made = forget_scans(monkeypatch)
    monkeypatch.setattr(scanner, "VERSION", scanner.VERSION + 1)
    for _ in range(2):
        with database.writing() as session:
            assert shelf.scan_of(session, version.office_id, version.sha256).kind == "made anew"
        shelf._by_digest.clear()
    assert made == ["案内.xlsx"], "once, and then kept"


def test_a_missing_scan_is_made_and_not_kept_by_one_who_only_looks(
    database: Database, people: People, meeting: Meeting
) -> None:
    version = put(database, people, meeting, "案内.xlsx", BOOK)
    with database.writing() as session:
        session.execute(sa.update(MaterialScan).values(scanner=0))
    with database.reading() as session:
        found = shelf.scans_for(session, version.office_id, {version.sha256})
    assert found[version.sha256].pages == 2
    with database.reading() as session:
        row = session.get(MaterialScan, (version.office_id, version.sha256))
        assert row is not None
        assert row.scanner == 0


def test_a_file_that_was_changed_in_the_database_is_not_scanned(
    database: Database, people: People, meeting: Meeting
) -> None:
    version = put(database, people, meeting, "案内.xlsx", BOOK)
    shelf._by_digest.clear()
    with database.writing() as session:
        session.execute(sa.update(MaterialScan).values(scanner=0))
        session.execute(sa.update(Blob).values(content=b"other bytes"))
    with database.reading() as session, pytest.raises(ValueError, match="changed"):
        shelf.scan_of(session, version.office_id, version.sha256)


def test_a_file_is_opened_to_the_end_when_every_page_was_seen(
    database: Database, people: People, meeting: Meeting
) -> None:
    version = put(database, people, meeting, "案内.pdf", PAGES)
    office_id, sha256 = version.office_id, version.sha256
    for page, done in ((1, set()), (3, set()), (3, set()), (2, {sha256})):
        with database.writing() as session:
            shelf.note_opening(session, people.checker.id, office_id, sha256, page)
        with database.reading() as session:
            seen = shelf.opened_to_the_end(session, people.checker.id, office_id, [sha256])
            assert seen == done


def test_what_one_has_seen_nobody_else_has_seen(
    database: Database, people: People, meeting: Meeting
) -> None:
    version = put(database, people, meeting, "案内.txt", "会場は2階です。".encode())
    with database.writing() as session:
        shelf.note_opening(session, people.checker.id, version.office_id, version.sha256, 1)
    new = put(database, people, meeting, "案内.txt", "会場は3階です。".encode())
    both = [version.sha256, new.sha256]
    with database.reading() as session:
        of_checker = shelf.opened_to_the_end(session, people.checker.id, version.office_id, both)
        of_approver = shelf.opened_to_the_end(session, people.approver.id, version.office_id, both)
    assert of_checker == {version.sha256}
    assert of_approver == frozenset()


@pytest.mark.parametrize("page", [0, -1, 4, 10_000])
def test_a_page_that_is_not_there_cannot_be_seen(
    database: Database, people: People, meeting: Meeting, page: int
) -> None:
    version = put(database, people, meeting, "案内.pdf", PAGES)
    with database.writing() as session, pytest.raises(UserError, match="そのページはありません"):
        shelf.note_opening(session, people.checker.id, version.office_id, version.sha256, page)


def test_what_cannot_be_scanned_cannot_be_seen_to_the_end(
    database: Database, people: People, meeting: Meeting
) -> None:
    version = put(database, people, meeting, "案内.xlsx", locked_workbook())
    with database.writing() as session:
        found = shelf.scan_of(session, version.office_id, version.sha256)
        assert (found.unscannable, pages_to_see(found)) == ("encrypted", 0)
        with pytest.raises(UserError):
            shelf.note_opening(session, people.checker.id, version.office_id, version.sha256, 1)
        done = shelf.opened_to_the_end(
            session, people.checker.id, version.office_id, [version.sha256]
        )
        assert done == frozenset()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE material_openings SET page = 2",
        "DELETE FROM material_openings",
        "INSERT INTO material_openings SELECT * FROM material_openings",
        "INSERT INTO material_openings SELECT office_id, sha256, staff_id, 1, 2, seen_at "
        "FROM material_openings",
        "DELETE FROM material_scans",
    ],
)
def test_the_database_keeps_what_was_written_down(
    database: Database, people: People, meeting: Meeting, statement: str
) -> None:
    version = put(database, people, meeting, "案内.pdf", PAGES)
    with database.writing() as session:
        shelf.note_opening(session, people.checker.id, version.office_id, version.sha256, 1)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(sa.text(statement))
    with database.reading() as session:
        row = session.scalars(sa.select(MaterialOpening)).one()
        assert (row.page, row.pages) == (1, 3)


def test_another_offices_scan_is_its_own(
    database: Database, people: People, meeting: Meeting
) -> None:
    version = put(database, people, meeting, "案内.pdf", PAGES)
    with database.writing() as session:
        shelf.note_opening(session, people.checker.id, version.office_id, version.sha256, 1)
        other = version.office_id + 1
        assert shelf.seen_pages(session, people.checker.id, other, version.sha256, 3) == set()
    assert version.sha256 == hashlib.sha256(PAGES).hexdigest()
