"""Calls are written down once and for all, by two at once, and never lost or changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.incidents import parties, taking
from eventmail.incidents import service as incidents
from eventmail.incidents.calls import calling, service
from eventmail.incidents.calls.models import Call, Caller, Outcome
from eventmail.incidents.calls.service import Outdated, Said
from eventmail.incidents.calls.standing import State
from eventmail.incidents.models import Incident
from eventmail.incidents.own import Own
from eventmail.incidents.reading.values import Listed
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.privacy import incidents as purging
from eventmail.sample import People
from tests.incidents.calls import hands
from tests.mailings.test_races import at_once

REACHED, ABSENT = Outcome.REACHED, Outcome.ABSENT
FRIDAY = datetime(2023, 5, 26, 6, tzinfo=UTC)
DAYS = {
    "Wednesday": (hands.NOTICED, date(2023, 6, 1)),
    "Friday": (FRIDAY, date(2023, 5, 29)),
    "before the holidays in May": (datetime(2023, 5, 2, 6, tzinfo=UTC), date(2023, 5, 8)),
    "late in the evening in London": (datetime(2023, 5, 31, 20, tzinfo=UTC), date(2023, 6, 2)),
}


@pytest.mark.parametrize(("now", "again"), DAYS.values(), ids=DAYS)
def test_whoever_is_absent_is_called_again_on_the_next_working_day(
    database: Database,
    people: People,
    leak: int,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
    again: date,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        found = hands.call(session, people.checker, incident, first, ABSENT)
        assert (found.state, found.due_on) == (State.ABSENT, again)
        assert [each.on for each in service.due(session, incident) if each.party.id == first] == [
            again
        ]
        found = hands.call(session, people.checker, incident, first, REACHED)
        assert (found.state, found.due_on) == (State.DONE, None)


def test_whoever_was_reached_and_not_told_stays_for_today(
    database: Database, people: People, leak: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: hands.NOTICED)
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        found = hands.call(session, people.author, incident, first, REACHED, explained=False)
        assert (found.state, found.due_on) == (State.PARTLY, date(2023, 5, 31))


def test_an_older_version_saves_nothing_and_names_the_colleague(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        hands.call(session, people.checker, incident, first, REACHED)
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        with pytest.raises(Outdated, match=people.checker.staff.name):
            service.save(session, people.author, incident, first, Said(0, ABSENT))
        found = service.line(session, incident, first)
        assert (found.state, len(found.calls)) == (State.DONE, 1)


def test_two_who_write_at_once_do_not_overwrite_each_other(
    database: Database, people: People, leak: int
) -> None:
    """Both saw the same page. One is written; the other is told, and loses nothing."""
    with database.reading() as session:
        first, *_ = hands.parties(session, session.get_one(Incident, leak))

    def write(actor: Actor, said: Said) -> Callable[[], None]:
        def act() -> None:
            with database.writing() as session:
                service.save(session, actor, session.get_one(Incident, leak), first, said)

        return act

    refused = at_once(
        write(people.checker, Said(0, REACHED, hands.ALL_SAID, "夕方にかけてほしい")),
        write(people.approver, Said(0, ABSENT)),
    )
    assert len(refused) == 1
    with database.reading() as session:
        found = service.line(session, session.get_one(Incident, leak), first)
        assert (len(found.calls), found.version) == (1, 1)
        wishes = found.followup.wishes if found.followup else ""
        assert (wishes != "") == (found.calls[0].outcome is REACHED)


class TestMistakes:
    def test_a_struck_call_takes_the_ticks_with_it_and_stays_in_the_record(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, *_ = hands.parties(session, incident)
            done = hands.call(session, people.checker, incident, first, REACHED)
            wrong = done.calls[0].id
            found = service.strike(session, people.author, incident, first, wrong, "別の会社だった")
            assert (found.state, found.due_on) == (State.UNTRIED, date(2023, 5, 31))
            assert not found.ticked("explained")
            told = [(each.outcome, each.struck) for each in found.calls]
            assert told == [(REACHED, "別の会社だった"), (Outcome.STRUCK, None)]

    def test_another_call_that_reached_keeps_the_ticks(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, *_ = hands.parties(session, incident)
            hands.call(session, people.checker, incident, first, REACHED)
            twice = hands.call(session, people.checker, incident, first, REACHED)
            wrong = twice.calls[1].id
            found = service.strike(session, people.author, incident, first, wrong, "二度押した")
            assert found.state is State.DONE

    def test_a_reason_is_needed_and_nothing_is_struck_twice(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, second, *_ = hands.parties(session, incident)
            call_id = hands.call(session, people.author, incident, first, ABSENT).calls[0].id
            with pytest.raises(UserError, match="なぜ取り消すのか"):
                service.strike(session, people.author, incident, first, call_id, " ")
            found = service.strike(session, people.author, incident, first, call_id, "まちがい")
            for each in found.calls:
                with pytest.raises(UserError, match="取り消"):
                    service.strike(session, people.author, incident, first, each.id, "もう一度")
            with pytest.raises(NotFound):
                service.strike(session, people.author, incident, second, call_id, "別の会社から")


CHANGES = {
    "another outcome": sa.update(Call).values(outcome="absent"),
    "another person": sa.update(Call).values(called_by=1),
    "another hour": sa.update(Call).values(at=FRIDAY),
    "a note": sa.update(Call).values(note="書きかえ"),
    "gone": sa.delete(Call),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_database_lets_nobody_change_a_call(
    database: Database, people: People, leak: int, change: sa.Update
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        hands.call(session, people.checker, incident, first, REACHED)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(change)


def test_the_words_go_with_the_incidents_names_and_the_calls_stay(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        service.save(session, people.author, incident, first, Said(0, ABSENT, None, "田中様へ"))
        call_id = service.line(session, incident, first).calls[0].id
        service.strike(session, people.author, incident, first, call_id, "田中様は別の会社")
        incidents.close(session, people.manager, incident, "全社にかけ終えた", incident.version)
        purging.blank(session, incident.id)
        found = service.line(session, incident, first)
        assert found.followup is not None
        assert found.followup.wishes == ""
        assert [(each.outcome, each.note) for each in found.calls] == [
            (ABSENT, ""),
            (Outcome.STRUCK, ""),
        ]


class TestWhoMay:
    def test_the_auditor_may_not(self, database: Database, people: People, leak: int) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, *_ = hands.parties(session, incident)
            with pytest.raises(Forbidden):
                hands.call(session, people.auditor, incident, first, ABSENT)

    def test_nobody_once_the_response_is_over(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, *_ = hands.parties(session, incident)
            incident.closed_at, incident.closed_by = clock.now(), people.manager.id
            session.flush()
            with pytest.raises(UserError, match="対応を終えています"):
                hands.call(session, people.author, incident, first, ABSENT)


def busy(session: Session, leak: int, besides: int = 0) -> list[list[str]]:
    return list(calling.now_calling(session, session.get_one(Incident, leak), besides).values())


def test_who_is_calling_is_seen_for_two_minutes_and_locks_nobody_out(
    database: Database, people: People, leak: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()
    names = [people.checker.staff.name, people.author.staff.name]
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        for actor in (people.checker, people.author):
            calling.begin(session, actor, incident, first)
        assert busy(session, leak) == [names] or busy(session, leak) == [names[::-1]]
        assert busy(session, leak, people.author.id) == [names[:1]]
        calling.end(session, people.author, first)
        assert busy(session, leak) == [names[:1]]
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=3))
        assert busy(session, leak) == []


def test_what_is_recorded_names_no_company_and_no_words(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        said = Said(0, REACHED, hands.ALL_SAID, "田中様へ折り返し")
        company = service.save(session, people.author, incident, first, said).party.company
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "incident.call_reached")
        entry = session.scalars(query).one()
        assert entry.subject == f"incident:{leak}"
        assert entry.after["explained"] is True
        told = str((entry.details, entry.before, entry.after))
        assert company not in told
        assert "田中" not in told


class TestPutTogether:
    """Companies that are one after all, while they are being called."""

    def test_the_one_that_was_called_stays_with_its_calls(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, second, third, fourth, *_ = hands.parties(session, incident)
            hands.call(session, people.checker, incident, second, REACHED)
            kept = parties.merge(session, people.author, incident, [first, second])
            found = service.line(session, incident, kept.id)
            assert (kept.id, len(kept.addresses), len(found.calls)) == (second, 2, 1)
            # By a list, too, whatever its order.
            hands.call(session, people.checker, incident, fourth, REACHED)
            told = [
                Listed("一つの会社", EmailAddress.parse(each.address))
                for number in (third, fourth)
                for each in parties.find(session, incident, number).addresses
            ]
            taking.name_parties(session, people.author, incident, Own(), told)
            named = service.line(session, incident, fourth)
            assert (named.party.company, len(named.calls)) == ("一つの会社", 1)
            assert third not in hands.parties(session, incident)

    def test_two_that_were_called_stay_two(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, second, *_ = hands.parties(session, incident)
            hands.call_all(session, people.checker, incident, (first, second), ABSENT)
            with pytest.raises(UserError, match="両方に記録があるとき"):
                parties.merge(session, people.author, incident, [first, second])

    def test_whoever_rang_off_long_ago_is_not_in_the_way(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, second, *_ = hands.parties(session, incident)
            calling.begin(session, people.checker, incident, second)
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            with pytest.raises(UserError, match="電話などの記録"):
                parties.merge(session, people.author, incident, [first, second])
        with database.writing() as session:
            session.execute(sa.update(Caller).values(seen_at=clock.now() - calling.LASTS * 2))
            incident = session.get_one(Incident, leak)
            assert parties.merge(session, people.author, incident, [first, second]).id == first


def test_who_rings_off_in_the_same_moment_is_not_calling(
    database: Database, people: People, leak: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the one tab has put there, the other takes away before it is looked at."""
    monkeypatch.setattr(calling, "insert_new", lambda *_: None)
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, *_ = hands.parties(session, incident)
        calling.begin(session, people.checker, incident, first)
        assert calling.now_calling(session, incident) == {}
