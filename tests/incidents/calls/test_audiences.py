"""Reached or absent: whom an incident's mail is for, by the query, the worker and the database."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Event
from eventmail.incidents import parties, taking
from eventmail.incidents.calls import mails, service
from eventmail.incidents.calls.models import IncidentMailing, Outcome, Purpose
from eventmail.incidents.models import ExposedAddress, Incident, Party
from eventmail.mailings import audiences, called
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Audience, Mailing, MailingState, SendMode, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox import listing, sending, supply
from eventmail.outbox.models import DeliveryState
from eventmail.sample import People
from eventmail.wire import Relay
from tests import settling
from tests.conftest import Meeting
from tests.guards import drop_guard
from tests.incidents.calls import hands
from tests.mailings import journey
from tests.mailings.test_audiences import draft, ids
from tests.recorder import Recorder

REACHED, ABSENT = Outcome.REACHED, Outcome.ABSENT
Lower = Callable[[pytest.MonkeyPatch, Database], None]


def begun(session: Session, people: People, leak: int, purpose: Purpose) -> Mailing:
    incident = session.get_one(Incident, leak)
    return session.get_one(Mailing, hands.begin(session, people, incident, purpose))


class TestQuery:
    def test_each_audience_is_those_whom_its_name_says(
        self, database: Database, people: People, leak: int
    ) -> None:
        """1 was told, 2 was absent, 3 both, 4 answered and was not told, 5 was struck out."""
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            told, absent, both, partly, struck, *_ = hands.parties(session, incident)
            hands.call_all(session, people.checker, incident, (told, struck), REACHED)
            hands.call_all(session, people.checker, incident, (absent, both, partly), ABSENT)
            hands.call(session, people.checker, incident, both, REACHED)
            hands.call(session, people.checker, incident, partly, REACHED, explained=False)
            mistaken = service.line(session, incident, struck).calls[0].id
            service.strike(session, people.checker, incident, struck, mistaken, "別の会社")

            correction = begun(session, people, leak, Purpose.CORRECTION)
            handling = begun(session, people, leak, Purpose.HANDLING)
            assert ids(session, correction) == hands.contacts_of(session, incident, (told, both))
            assert ids(session, handling) == hands.contacts_of(session, incident, (absent,))
            assert correction.audience_in_words == "電話で説明が済んだ事業所だけ"
            assert handling.audience_in_words == "まだ電話がつながっていない事業所だけ"

    @pytest.mark.parametrize("kind", called.BY_CALLS, ids=str)
    def test_no_other_mailing_may_be_for_them(
        self, database: Database, people: People, leak: int, meeting: Meeting, kind: Audience
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, second, *_ = hands.parties(session, incident)
            hands.call(session, people.checker, incident, first, REACHED)
            hands.call(session, people.checker, incident, second, ABSENT)
            other = draft(session, people, meeting.event.id, audience=kind)
            assert ids(session, other) == set()
            found = [each.code for each in audiences.lacking(session, other)]
            assert "no_incident" in found

    def test_a_company_that_is_listed_twice_is_reached_only_in_both_places(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, second, third, *_ = hands.parties(session, incident)
            twin = session.get_one(Party, second)
            twin.participant_id = session.get_one(Party, first).participant_id
            hands.call_all(session, people.checker, incident, (first, third), REACHED)
            correction = begun(session, people, leak, Purpose.CORRECTION)
            alone = hands.contacts_of(session, incident, (third,))
            assert ids(session, correction) == alone
            hands.call(session, people.checker, incident, second, REACHED)
            both = hands.contacts_of(session, incident, (first, third))
            assert ids(session, correction) == both


CHANGES: dict[str, dict[str, object]] = {
    "another audience": {"audience": Audience.ALL},
    "blind batch": {"mode": SendMode.BATCH},
}


class TestKept:
    """An incident's mail is individual, and for those it was begun for."""

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_by_a_sentence_and_by_the_database(
        self, database: Database, people: People, leak: int, change: dict[str, object]
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            first, *_ = hands.parties(session, incident)
            hands.call(session, people.checker, incident, first, REACHED)
            settling.set_batches(session, people.author.office, True, 50)
            mailing = begun(session, people, leak, Purpose.CORRECTION)
            wanted = hands.filled(mailing, **change)
            with pytest.raises(UserError, match="変えられません"):
                mailings.save_draft(session, people.author, mailing, wanted)
            session.expire_all()
            mailing_id = mailing.id
        statement = sa.update(Mailing).where(Mailing.id == mailing_id).values(**change)
        with pytest.raises(IntegrityError, match="of_incident"), database.writing() as session:
            session.execute(statement)

    def test_a_mailing_to_all_cannot_become_one_of_an_incident(
        self, database: Database, people: People, leak: int, meeting: Meeting
    ) -> None:
        mailing = meeting.mailing
        row = IncidentMailing(
            office_id=mailing.office_id,
            event_id=mailing.event_id,
            mailing_id=mailing.id,
            incident_id=leak,
            purpose=Purpose.CORRECTION,
        )
        with pytest.raises(IntegrityError, match="unfit"), database.writing() as session:
            session.add(row)

    def test_without_anybody_to_mail_or_an_event_no_draft_is_begun(
        self, database: Database, people: People, leak: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            with pytest.raises(UserError, match="送る相手の事業所がありません"):
                mails.begin(session, people.author, incident, Purpose.CORRECTION)
            incident.event_id = None
            with pytest.raises(UserError, match="イベント"):
                mails.begin(session, people.author, incident, Purpose.CORRECTION)


@pytest.fixture
def called_two(database: Database, people: People, leak: int) -> tuple[int, int]:
    """The first company was told; the second was not there."""
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, second, *_ = hands.parties(session, incident)
        hands.call(session, people.checker, incident, first, REACHED)
        hands.call(session, people.checker, incident, second, ABSENT)
        return first, second


def submitted(database: Database, people: People, leak: int, purpose: Purpose) -> Snapshot:
    with database.writing() as session:
        mailing_id = begun(session, people, leak, purpose).id
    return journey.submit(database, people, mailing_id, answering=True)


def reach(database: Database, people: People, leak: int, *which: int) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        hands.call_all(session, people.approver, incident, which, REACHED)


def strike(database: Database, people: People, leak: int, which: int) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        mistaken = service.line(session, incident, which).calls[0].id
        service.strike(session, people.approver, incident, which, mistaken, "別の会社だった")


def refreshed(database: Database, snapshot: Snapshot) -> list[int]:
    with database.writing() as session:
        event = session.get_one(Event, snapshot.event_id)
        return [each.id for each in mailings.refresh(session, event)]


class TestFrozen:
    def test_a_correction_stays_as_submitted_though_more_are_reached(
        self, database: Database, people: People, leak: int, called_two: tuple[int, int]
    ) -> None:
        snapshot = submitted(database, people, leak, Purpose.CORRECTION)
        reach(database, people, leak, called_two[1])
        assert refreshed(database, snapshot) == []

    def test_a_correction_goes_back_when_a_call_was_a_mistake(
        self, database: Database, people: People, leak: int, called_two: tuple[int, int]
    ) -> None:
        snapshot = submitted(database, people, leak, Purpose.CORRECTION)
        strike(database, people, leak, called_two[0])
        assert refreshed(database, snapshot) == [snapshot.mailing_id]
        state = journey.reload(database, people, snapshot.mailing_id).state
        assert state is MailingState.DRAFT

    def test_a_mail_to_the_absent_stays_and_says_how_many_were_reached_since(
        self, database: Database, people: People, leak: int, called_two: tuple[int, int]
    ) -> None:
        snapshot = submitted(database, people, leak, Purpose.HANDLING)
        reach(database, people, leak, called_two[1])
        assert refreshed(database, snapshot) == []
        with database.reading() as session:
            mailing = session.get_one(Mailing, snapshot.mailing_id)
            stored = session.get_one(Snapshot, snapshot.id)
            assert audiences.moved_on(session, mailing, stored) == 1


def take_away(database: Database, people: People, leak: int, which: int) -> int:
    """The company's address is said to be another company's, which nobody has called."""
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        other = taking.new_party(session, taking.book_of(session, incident), "別の会社")
        address = sa.select(ExposedAddress).where(ExposedAddress.party_id == which)
        parties.move(session, [session.scalars(address).one()], other)
        return other.id


def test_what_is_offered_is_what_the_mail_will_be_for(
    database: Database, people: People, leak: int
) -> None:
    """Somebody answered, and nobody was there the next time: he knows that we called."""
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        first, second, *_ = hands.parties(session, incident)
        hands.call(session, people.checker, incident, first, REACHED, explained=False)
        hands.call_all(session, people.checker, incident, (first, second), ABSENT)
        offered = {each.purpose: each.companies for each in mails.offers(session, incident)}
        handling = begun(session, people, leak, Purpose.HANDLING)
        assert offered[Purpose.HANDLING] == len(ids(session, handling)) == 1


class TestAnothersAddress:
    """The event's roster has it under a company that was called, the contact list does not."""

    def test_no_correction_goes_to_it_before_its_own_company_is_called(
        self, database: Database, people: People, leak: int, called_two: tuple[int, int]
    ) -> None:
        other = take_away(database, people, leak, called_two[0])
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            third = hands.parties(session, incident)[2]
            hands.call(session, people.checker, incident, third, REACHED)
            correction = begun(session, people, leak, Purpose.CORRECTION)
            alone = hands.contacts_of(session, incident, (third,))
            assert ids(session, correction) == alone
            hands.call(session, people.checker, incident, other, REACHED)
            both = hands.contacts_of(session, incident, (called_two[0], third))
            assert ids(session, correction) == both

    def test_nobody_is_told_that_he_was_not_reached_whom_nobody_tried(
        self, database: Database, people: People, leak: int, called_two: tuple[int, int]
    ) -> None:
        other = take_away(database, people, leak, called_two[1])
        with database.writing() as session:
            incident = session.get_one(Incident, leak)
            third = hands.parties(session, incident)[2]
            hands.call(session, people.checker, incident, third, ABSENT)
            handling = begun(session, people, leak, Purpose.HANDLING)
            alone = hands.contacts_of(session, incident, (third,))
            assert ids(session, handling) == alone
            hands.call(session, people.checker, incident, other, ABSENT)
            both = hands.contacts_of(session, incident, (called_two[1], third))
            assert ids(session, handling) == both

    @pytest.mark.parametrize("purpose", [Purpose.CORRECTION, Purpose.HANDLING], ids=str)
    @pytest.mark.parametrize("barrier", ["the worker", "the database"])
    def test_nor_after_the_approval(
        self,
        database: Database,
        people: People,
        leak: int,
        called_two: tuple[int, int],
        relay: Relay,
        recorder: Recorder,
        monkeypatch: pytest.MonkeyPatch,
        barrier: str,
        purpose: Purpose,
    ) -> None:
        snapshot = submitted(database, people, leak, purpose)
        journey.check(database, people, snapshot.mailing_id)
        journey.approve(database, people, snapshot.mailing_id)
        take_away(database, people, leak, called_two[purpose is Purpose.HANDLING])
        if barrier == "the database":
            _worker(monkeypatch, database)
        else:
            _database(monkeypatch, database)
        sending.run(database, relay, snapshot.id)
        assert len(recorder.received) == 1  # the office's copy


def _query(patch: pytest.MonkeyPatch, _: Database) -> None:
    patch.setattr(called, "fits", lambda *_: sa.true())


def _worker(patch: pytest.MonkeyPatch, _: Database) -> None:
    patch.setattr(supply, "welcome", lambda _, ids: set(ids))


def _database(_: pytest.MonkeyPatch, database: Database) -> None:
    drop_guard(database, "attempts", "uncalled")


BARRIERS: dict[str, Lower] = {
    "the query": _query,
    "the worker": _worker,
    "the database": _database,
}


@pytest.mark.parametrize("barrier", [*BARRIERS, "nothing"])
def test_each_barrier_alone_keeps_the_correction_from_whoever_was_not_called(
    database: Database,
    people: People,
    leak: int,
    called_two: tuple[int, int],
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    barrier: str,
) -> None:
    """With all of them lowered it goes to all 30."""
    for name, lower in BARRIERS.items():
        if name != barrier:
            lower(monkeypatch, database)
    snapshot = submitted(database, people, leak, Purpose.CORRECTION)
    journey.check(database, people, snapshot.mailing_id)
    journey.approve(database, people, snapshot.mailing_id)
    sending.run(database, relay, snapshot.id)

    with database.reading() as session:
        lines = list(listing.every(session, snapshot))
    accepted = [each for each in lines if each.state is DeliveryState.ACCEPTED]
    assert (len(accepted) == 30) == (barrier == "nothing")
    assert len(accepted) <= 1 or barrier == "nothing"
    assert len(recorder.received) == 1 + len(accepted)  # the office's copy
    assert (len(lines) == 1) == (barrier == "the query")


def test_whoever_is_reached_after_the_approval_is_not_told_that_he_could_not_be(
    database: Database,
    people: People,
    leak: int,
    called_two: tuple[int, int],
    relay: Relay,
    recorder: Recorder,
) -> None:
    with database.writing() as session:
        incident = session.get_one(Incident, leak)
        third = hands.parties(session, incident)[2]
        hands.call(session, people.checker, incident, third, ABSENT)
    snapshot = submitted(database, people, leak, Purpose.HANDLING)
    journey.check(database, people, snapshot.mailing_id)
    journey.approve(database, people, snapshot.mailing_id)
    reach(database, people, leak, called_two[1])
    sending.run(database, relay, snapshot.id)

    with database.reading() as session:
        lines = {each.company: each for each in listing.every(session, snapshot)}
        late = session.get_one(Party, called_two[1]).company
        told = session.get_one(Party, third).company
    assert (lines[late].state, lines[late].reply) == (
        DeliveryState.WITHHELD,
        supply.CALLED_SINCE,
    )
    assert lines[told].state is DeliveryState.ACCEPTED
    assert len(recorder.received) == 2  # the office's copy and one
    assert journey.reload(database, people, snapshot.mailing_id).state is MailingState.SENT


@pytest.mark.parametrize("change", [strike, take_away], ids=["struck out", "another company's"])
def test_what_forbids_a_mail_waits_for_whoever_hands_mails_over(
    database: Database,
    people: People,
    leak: int,
    called_two: tuple[int, int],
    change: Callable[[Database, People, int, int], object],
) -> None:
    """So that none leaves after it was written down."""
    act = threading.Thread(target=change, args=(database, people, leak, called_two[0]))
    with database.writing() as session:
        session.execute(sa.select(Office.id).with_for_update(read=True))  # as the worker does
        act.start()
        act.join(0.4)
        assert act.is_alive()
    act.join(20)
    assert not act.is_alive()
