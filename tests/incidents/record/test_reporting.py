"""Assessments, reports and the office's own deadlines, in a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.desk import incidents as desk
from eventmail.errors import UserError
from eventmail.incidents.calls import service as calls
from eventmail.incidents.calls import standing
from eventmail.incidents.calls.models import Call, Outcome
from eventmail.incidents.exposure import exposure
from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronology, reporting
from eventmail.incidents.record.deadlines import Applies, Assessed, Duty, Own
from eventmail.incidents.record.models import Report
from eventmail.incidents.record.reporting import Standing
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests.counting import statements_of
from tests.incidents import story

NOTHING = Assessed(sensitive=False, financial=False, malicious=False)
SENSITIVE = Assessed(sensitive=True, financial=False, malicious=False)
LATER = story.NOTICED + timedelta(hours=2)
Find = Callable[[Session], Incident]
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def incident(database: Database, leak: int) -> Find:
    return lambda session: session.get_one(Incident, leak)


def standings(database: Database, incident: Find) -> dict[Duty, Standing]:
    with database.reading() as session:
        found = reporting.standings(session, incident(session))
        return {each.deadline.duty: each for each in found}


@sqlite_only
class TestReporting:
    def test_the_story_is_reportable_inside_and_not_by_law(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            reporting.assess(session, people.manager, incident(session), NOTHING, 0)
        found = standings(database, incident)
        assert {duty: each.deadline.applies for duty, each in found.items()} == {
            Duty.INTERNAL: Applies.YES,
            Duty.BUREAU: Applies.YES,
            Duty.PRELIMINARY: Applies.NO,
            Duty.PERSONS: Applies.NO,
            Duty.FINAL: Applies.NO,
        }
        assert "100人を超えません：7人" in found[Duty.FINAL].deadline.why
        assert found[Duty.BUREAU].deadline.due == story.WEDNESDAY

    def test_until_somebody_has_judged_it_nothing_is_said(
        self, database: Database, incident: Find
    ) -> None:
        found = standings(database, incident)
        assert found[Duty.PRELIMINARY].deadline.applies is Applies.UNKNOWN
        assert not found[Duty.PRELIMINARY].is_overdue

    def test_the_newest_judgement_counts(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            reporting.assess(session, people.manager, incident(session), NOTHING, 0)
            reporting.assess(session, people.approver, incident(session), SENSITIVE, 1, "病歴")
        found = standings(database, incident)
        assert found[Duty.FINAL].deadline.applies is Applies.YES
        assert (found[Duty.FINAL].deadline.due, found[Duty.FINAL].is_overdue) == (
            date(2023, 6, 29),
            True,
        )

    def test_what_was_reported_is_done_and_told_in_the_chronology(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            reporting.report(
                session, people.manager, incident(session), Duty.BUREAU, 0, LATER, "総発123"
            )
        found = standings(database, incident)
        assert (found[Duty.BUREAU].is_done, found[Duty.BUREAU].is_overdue) == (True, False)
        with database.reading() as session:
            told = chronology.chronology(session, incident(session))
        assert "労働局に報告した（受付番号 総発123）。" in [each.text for each in told]

    def test_a_mistaken_report_is_taken_back_with_a_reason(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            found = incident(session)
            reporting.report(session, people.manager, found, Duty.BUREAU, 0, LATER)
            reporting.take_back(session, people.manager, found, Duty.BUREAU, 1, "別の件だった")
        assert not standings(database, incident)[Duty.BUREAU].is_done
        with database.writing() as session:
            reporting.report(session, people.manager, incident(session), Duty.BUREAU, 2, LATER)
            kept = session.scalars(sa.select(Report.void).order_by(Report.version)).all()
        assert kept == [False, True, False]

    def test_the_nearest_day_comes_first(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            reporting.set_own(session, people.manager, Own(1, None))
            reporting.assess(session, people.manager, incident(session), SENSITIVE, 0)
        found = standings(database, incident)
        first = reporting.next_due(found.values())
        assert first is not None
        assert (first.deadline.duty, first.deadline.due) == (Duty.INTERNAL, date(2023, 6, 1))
        assert reporting.next_due([]) is None

    def test_only_those_who_lead_say_what_is_told_outside(
        self, database: Database, people: People, incident: Find
    ) -> None:
        with database.writing() as session:
            for act in (
                lambda: reporting.assess(session, people.author, incident(session), NOTHING, 0),
                lambda: reporting.set_own(session, people.checker, Own()),
                lambda: reporting.report(
                    session, people.author, incident(session), Duty.FINAL, 0, LATER
                ),
            ):
                with pytest.raises(Forbidden):
                    act()


REFUSED: dict[str, tuple[datetime, str, str, str]] = {
    "in the future": (clock.now() + timedelta(days=1), "", "", "先になって"),
    "before anybody knew": (story.NOTICED - timedelta(minutes=1), "", "", "気づいた日時より前"),
    "an address as number": (LATER, "a@b.example", "", "@"),
    "an address as note": (LATER, "", "a＠b.example", "@"),
}


@sqlite_only
@pytest.mark.parametrize("case", REFUSED)
def test_a_report_that_cannot_be_is_refused(
    case: str, database: Database, people: People, incident: Find
) -> None:
    at, number, note, told = REFUSED[case]
    with database.writing() as session, pytest.raises(UserError, match=told):
        reporting.report(
            session, people.manager, incident(session), Duty.BUREAU, 0, at, number, note
        )
    assert standings(database, incident)[Duty.BUREAU].report is None


# companies that deleted the first mail unread (of its fifteen), and whose data nobody has read
UNREAD: dict[str, tuple[range, range, int]] = {
    "nobody": (range(0), range(0), 0),
    "all but one, whose own address nobody read": (range(14), range(0), 1),
    "the whole first mail": (range(15), range(0), 4),
    "both mails": (range(15), range(15, 30), 7),
    "some of both": (range(15), range(15, 29), 4),
}


@pytest.mark.parametrize("case", UNREAD)
def test_what_all_readers_deleted_unread_has_not_leaked(
    case: str, database: Database, people: People, incident: Find
) -> None:
    first, second, count = UNREAD[case]
    with database.writing() as session:
        found = incident(session)
        for number in (*first, *second):
            unread(session, people, found, found.parties[number].id)
    with database.reading() as session:
        shown = exposure(session, incident(session))
        facts = reporting.facts(session, incident(session))
    assert (facts.persons, facts.unread) == (shown.persons, count)


@sqlite_only
def test_a_call_that_was_struck_out_counts_no_more(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        found = incident(session)
        for party in found.parties[:15]:
            unread(session, people, found, party.id)
        call = session.scalars(sa.select(Call).order_by(Call.id)).first()
        assert call is not None
        values = {"office_id": call.office_id, "incident_id": call.incident_id}
        session.add(
            Call(
                party_id=call.party_id,
                at=LATER,
                called_by=people.author.id,
                outcome=Outcome.STRUCK,
                strikes_id=call.id,
                note="誤り",
                **values,
            )
        )
    with database.reading() as session:
        facts = reporting.facts(session, incident(session))
        lines = standing.lines(session, incident(session))
    assert not lines[0].unread_and_deleted
    assert facts.unread == 0


@sqlite_only
def test_every_page_asks_as_often_however_many_incidents_are_open(
    database: Database, people: People, incident: Find
) -> None:
    def asked() -> int:
        with database.reading() as session:
            return statements_of(lambda: list(desk.tasks(session, people.manager)))

    before = asked()
    with database.writing() as session:
        for _ in range(3):
            story.leak(session, people.manager)
    assert asked() == before


def unread(session: Session, people: People, incident: Incident, party_id: int) -> None:
    """One company deleted the mail unread."""
    ticks = {"explained": True, "deletion_agreed": True, "unread": True}
    said = calls.Said(0, Outcome.REACHED, ticks)
    calls.save(session, people.author, incident, party_id, said, LATER)


@sqlite_only
def test_what_is_ticked_on_the_telephone_takes_persons_out_of_the_count(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        found = incident(session)
        for party in found.parties[:15]:
            unread(session, people, found, party.id)
    with database.reading() as session:
        facts = reporting.facts(session, incident(session))
    assert (facts.persons, facts.unread, facts.leaked) == (7, 4, 3)


@sqlite_only
@pytest.mark.parametrize("days", [-1, 21])
def test_the_offices_own_deadlines_are_of_some_days(
    days: int, database: Database, people: People
) -> None:
    with database.writing() as session, pytest.raises(UserError, match="20まで"):
        reporting.set_own(session, people.manager, Own(days, 0))


def test_of_two_reports_at_once_the_second_is_told(
    database: Database, people: People, incident: Find
) -> None:
    with database.writing() as session:
        reporting.report(session, people.manager, incident(session), Duty.BUREAU, 0, LATER)
    with database.writing() as session, pytest.raises(UserError, match="書き直しました"):
        reporting.report(session, people.approver, incident(session), Duty.BUREAU, 0, LATER)


def test_what_was_said_is_never_changed(database: Database, people: People, incident: Find) -> None:
    with database.writing() as session:
        reporting.set_own(session, people.manager, Own(1, 2))
        reporting.assess(session, people.manager, incident(session), NOTHING, 0)
        reporting.report(session, people.manager, incident(session), Duty.BUREAU, 0, LATER)
    for table in ("incident_assessments", "incident_reports", "incident_own_deadlines"):
        for statement in (f"UPDATE {table} SET version = 7", f"DELETE FROM {table}"):
            with (
                pytest.raises(DBAPIError, match=f"guard {table}"),
                database.writing() as session,
            ):
                session.execute(sa.text(statement))
