"""What an incident holds of people has a retention of its own, and goes with them on request."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from openpyxl import load_workbook
from sqlalchemy.exc import IntegrityError

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.incidents import service
from eventmail.incidents.exposure import exposure
from eventmail.incidents.models import Incident
from eventmail.privacy import due, erasing, handing, people, purge
from eventmail.privacy.masking import participants_in
from eventmail.privacy.people import Person
from eventmail.sample import People
from tests.incidents import story
from tests.privacy import traces
from tests.privacy.test_person import SEALER

CLOSED = datetime(2023, 6, 30, 8, tzinfo=UTC)
GOES = due.months_after(CLOSED.date(), 12) + timedelta(days=1)
OURS = [text for each in story.COMPANIES for text in (each.company, each.address, each.phone)]


def close(database: Database, people_: People, leak: int) -> None:
    with time_machine.travel(CLOSED), database.writing() as session:
        incident = service.find(session, people_.manager.office.id, leak)
        service.close(session, people_.manager, incident, "全社の対応を確かめた", incident.version)


def test_a_year_after_its_end_names_and_addresses_go_and_the_figures_stay(
    database: Database, people: People, leak: int
) -> None:
    close(database, people, leak)
    assert purge.run(database.writing, GOES - timedelta(days=1)) == 0
    assert traces.in_rows(database, OURS)
    assert purge.run(database.writing, GOES) == 1
    assert traces.in_rows(database, [*OURS, story.SUBJECT]) == []
    assert purge.run(database.writing, GOES) == 0, "it is done once"
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        found = exposure(session, incident)
        assert (found.total, found.companies, found.persons, found.others) == (30, 30, 7, 23)
        assert [each.mail.sent_at for each in found.mails] == list(story.SENT)
        with pytest.raises(UserError, match="消去しました"):
            service.reopen(session, people.manager, incident, "もう一度", incident.version)
        with pytest.raises(IntegrityError, match="erased"):
            session.execute(sa.update(Incident).values(title="別の話"))


def test_an_open_incident_stays_however_old_it_is(
    database: Database, people: People, leak: int
) -> None:
    assert purge.run(database.writing, GOES.replace(year=2040)) == 0
    assert traces.in_rows(database, OURS)


def find(database: Database, people_: People, asked: str) -> Person:
    with database.reading() as session:
        return people.find(session, people_.manager, asked)


def erase(database: Database, people_: People, asked: str) -> int:
    with database.writing() as session:
        found = people.find(session, people_.manager, asked)
        return erasing.erase(session, people_.manager, SEALER, found, "本人の請求")


def test_a_person_is_told_of_it_and_erased_from_it_once_it_is_over(
    database: Database, people: People, leak: int
) -> None:
    him = story.COMPANIES[1]
    book = load_workbook(io.BytesIO(handing.workbook(find(database, people, him.address))))
    told = [[cell.value for cell in row] for row in book["漏えい等の事案"].iter_rows(min_row=2)]
    assert [row[1:4] + row[5:6] for row in told] == [[him.company, him.phone, him.address, "1通目"]]
    with pytest.raises(UserError, match="対応中の漏えい等事案"):
        erase(database, people, him.address)
    close(database, people, leak)
    assert erase(database, people, him.address) == 1
    assert traces.in_rows(database, [him.address, him.company, him.phone]) == []
    assert len({word.rpartition(": ")[2] for word in traces.in_rows(database, OURS)}) == 87
    assert not find(database, people, him.address).is_held


def test_an_address_of_an_incident_is_masked_like_a_participants(
    database: Database, people: People, leak: int
) -> None:
    address = story.COMPANIES[0].address
    with database.reading() as session:
        assert participants_in(session, people.author.office.id, f"<p>{address}</p>") == {address}
