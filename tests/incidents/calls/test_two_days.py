"""31 May and 1 June 2023: 30 called, 25 reached, 5 absent; two waves, and nobody twice."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.incidents.calls import mails, service
from eventmail.incidents.calls.models import Outcome, Purpose
from eventmail.incidents.models import Incident, Party
from eventmail.incidents.record.chronology import chronology
from eventmail.outbox import sending
from eventmail.sample import People
from eventmail.wire import Relay
from tests.incidents.calls import hands
from tests.mailings import journey
from tests.recorder import Recorder

WEDNESDAY, THURSDAY = date(2023, 5, 31), date(2023, 6, 1)
EVENING = datetime(2023, 5, 31, 9, tzinfo=UTC)  # 18:00 in Tokyo
NEXT_MORNING = datetime(2023, 6, 1, 1, tzinfo=UTC)


class Days:
    """The story's steps, and what the relay has received."""

    def __init__(
        self, database: Database, people: People, leak: int, relay: Relay, recorder: Recorder
    ) -> None:
        self.database, self.people, self.leak = database, people, leak
        self.relay, self.recorder = relay, recorder

    def call(self, which: slice, outcome: Outcome) -> None:
        """The three of them share the calls."""
        callers = (self.people.author, self.people.checker, self.people.approver)
        with self.database.writing() as session:
            incident = session.get_one(Incident, self.leak)
            for number, each in enumerate(hands.parties(session, incident)[which]):
                hands.call(session, callers[number % 3], incident, each, outcome)

    def mail(self, purpose: Purpose) -> set[str]:
        """Draft, check, approve, send; whom the relay got mails for, besides the office."""
        before = len(self.recorder.received)
        with self.database.writing() as session:
            incident = session.get_one(Incident, self.leak)
            mailing_id = hands.begin(session, self.people, incident, purpose)
        snapshot = journey.submit(self.database, self.people, mailing_id, answering=True)
        journey.check(self.database, self.people, mailing_id)
        journey.approve(self.database, self.people, mailing_id)
        sending.run(self.database, self.relay, snapshot.id)
        received = self.recorder.received[before:]
        assert all(len(each.rcpt_to) == 1 for each in received)
        got = [each.rcpt_to[0] for each in received]
        assert len(got) == len(set(got))
        return set(got) - {snapshot.sender_address}

    def addresses(self, which: slice) -> set[str]:
        """The addresses of these companies of the list."""
        with self.database.reading() as session:
            incident = session.get_one(Incident, self.leak)
            query = (
                sa.select(Contact.address)
                .join(Party, Party.participant_id == Contact.participant_id)
                .where(Party.id.in_(hands.parties(session, incident)[which]))
            )
            return set(session.scalars(query))

    def numbers(self) -> tuple[int, int, int, int]:
        """Total, reached, absent, not tried."""
        with self.database.reading() as session:
            found = service.progress(session, session.get_one(Incident, self.leak))
            return found.total, found.reached, found.absent, found.untried

    def due(self, day: date) -> int:
        """How many are to be called on that day."""
        with self.database.reading() as session:
            return len(service.due(session, session.get_one(Incident, self.leak), day))


@pytest.fixture
def days(database: Database, people: People, leak: int, relay: Relay, recorder: Recorder) -> Days:
    return Days(database, people, leak, relay, recorder)


FIRST, LAST = slice(0, 25), slice(25, 30)


def test_the_two_days(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: hands.NOTICED)
    assert (days.numbers(), days.due(WEDNESDAY)) == ((30, 0, 0, 30), 30)
    days.call(FIRST, Outcome.REACHED)
    days.call(LAST, Outcome.ABSENT)
    assert (days.numbers(), days.due(WEDNESDAY), days.due(THURSDAY)) == ((30, 25, 5, 0), 0, 5)

    monkeypatch.setattr(clock, "now", lambda: EVENING)
    assert days.mail(Purpose.HANDLING) == days.addresses(LAST)
    assert days.mail(Purpose.CORRECTION) == days.addresses(FIRST)

    monkeypatch.setattr(clock, "now", lambda: NEXT_MORNING)
    days.call(LAST, Outcome.REACHED)
    assert (days.numbers(), days.due(THURSDAY)) == ((30, 30, 0, 0), 0)
    assert days.mail(Purpose.CORRECTION) == days.addresses(LAST)

    with days.database.reading() as session:
        incident = session.get_one(Incident, days.leak)
        sent = [(each.purpose, each.count) for each in mails.waves(session, incident)]
        assert sent == [
            (Purpose.HANDLING, 5),
            (Purpose.CORRECTION, 25),
            (Purpose.CORRECTION, 5),
        ]
        assert [each.companies for each in mails.offers(session, incident)] == [0, 0, 30]
        assert len(service.calls(session, incident)) == 35
        told = [
            each.text.partition("社に")[0]
            for each in chronology(session, incident)
            if each.key.startswith(("calls:", "wave:"))
        ]
        assert told == [
            *("30", "電話がつながらない5", "電話で説明した25"),
            *("5", "電話で説明した5"),
        ]
