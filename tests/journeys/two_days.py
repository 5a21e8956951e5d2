"""31 May, 1 and 2 June 2023, step by step through the services, by the clock of those days."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.events.service import EventFacts
from eventmail.incidents import linking, persons, taking
from eventmail.incidents.calls.models import Outcome, Purpose
from eventmail.incidents.exposure import Exposure, exposure
from eventmail.incidents.models import Incident
from eventmail.incidents.own import own_of
from eventmail.incidents.papers import facts as gathering
from eventmail.incidents.papers import service as papers
from eventmail.incidents.papers.kinds import Kind
from eventmail.incidents.papers.models import Format
from eventmail.incidents.papers.values import Published, Written
from eventmail.incidents.record import chronicle, reporting, suggestions
from eventmail.incidents.record import service as record
from eventmail.incidents.record.chronicle import Words
from eventmail.incidents.record.deadlines import Assessed
from eventmail.notices.models import Kind as Notice
from eventmail.offices.models import Role
from eventmail.offices.service import mailboxes
from eventmail.outbox import sending
from eventmail.sample import People
from eventmail.training import service as training
from eventmail.training.models import Purpose as Why
from eventmail.training.papers import Sort
from eventmail.wire import Relay
from tests.incidents import story
from tests.incidents.calls import hands
from tests.mailings import journey
from tests.notices import bureau
from tests.notices.bureau import Bureau
from tests.pages import Page, Pages
from tests.recorder import Recorder

MAY_31, JUNE_1, JUNE_2 = date(2023, 5, 31), date(2023, 6, 1), date(2023, 6, 2)
MEETING = date(2023, 6, 7)
REACHED, ABSENT = slice(0, 25), slice(25, 30)
ALL = slice(0, 30)
CONTACT = "みどり野労働局 職業安定部 職業安定課\n電話 00-0000-0000"
NO_HARM = "現在までに、二次被害は確認されていません。"
REPORTED = "所の管理者に報告した。"
NOTHING = Assessed(sensitive=False, financial=False, malicious=False)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment on a clock in Tokyo."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.TOKYO).astimezone(UTC)


class TwoDays:
    """The office of the story, its clock, and what its relay has received."""

    def __init__(
        self,
        database: Database,
        people: People,
        relay: Relay,
        recorder: Recorder,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.database, self.people = database, people
        self.relay, self.recorder = relay, recorder
        self._patch = monkeypatch
        self.id = 0

    def it_is(self, day: date, hour: int, minute: int = 0) -> None:
        """Set the clock."""
        moment = at(day, hour, minute)
        self._patch.setattr(clock, "now", lambda: moment)

    def act(self, deed: Callable[[Session, Incident], Any]) -> Any:
        """Do something with the incident in a transaction of its own."""
        with self.database.writing() as session:
            return deed(session, session.get_one(Incident, self.id))

    def see(self, deed: Callable[[Session, Incident], Any]) -> Any:
        """Look at something of the incident."""
        with self.database.reading() as session:
            return deed(session, session.get_one(Incident, self.id))

    # what the office does

    def open(self, manager: Pages) -> Page:
        """The manager opens it with the two mails from the sent items."""
        manager.get("/incidents/new")
        files = [(io.BytesIO(raw), f"{number}.eml") for number, raw in enumerate(story.emls(), 1)]
        page = manager.post(
            "/incidents/new",
            {
                "title": story.OPENING.title,
                "noticed_at": "2023-05-31T11:30",
                "happened_at": "2023-05-31T10:05",
                "noticed_how": story.OPENING.noticed_how,
                "law": "administrative",
                "files": files,
            },
        )
        self.id = int(manager.response.request.path.rsplit("/", 1)[-1])
        return page

    def name_and_look(self) -> None:
        """The companies get their names and numbers; somebody looks at each address."""
        actor = self.people.author

        def names(session: Session, incident: Incident) -> None:
            own = own_of(session, incident.office_id)
            taking.name_parties(session, actor, incident, own, story.LISTED)

        def looks(session: Session, incident: Incident) -> None:
            seen = {each.id: each.names_person for each in exposure(session, incident).addresses}
            persons.confirm(session, actor, incident, seen)

        self.act(names)
        self.act(looks)

    def exposed(self) -> Exposure:
        """Who saw whose address."""
        return self.see(exposure)  # type: ignore[no-any-return]

    def make_roster(self) -> None:
        """An event for the response, whose roster are the thirty companies."""

        def make(session: Session, incident: Incident) -> None:
            box = mailboxes(session, incident.office_id)[0].id
            facts = EventFacts("雇用情報交換会", MEETING, "13:30〜16:00", "会館", box, box)
            linking.make_event(session, self.people.author, incident, facts)

        self.act(make)

    def call(self, which: slice, outcome: Outcome) -> None:
        """Three of them share the calls."""
        callers = (self.people.author, self.people.checker, self.people.approver)

        def make(session: Session, incident: Incident) -> None:
            for number, each in enumerate(hands.parties(session, incident)[which]):
                hands.call(session, callers[number % 3], incident, each, outcome)

        self.act(make)

    def mail(self, purpose: Purpose) -> set[str]:
        """Draft, check, approve, send: to whom the relay got a mail, besides the office's copy."""
        before = len(self.recorder.received)
        begun = self.act(lambda db, found: hands.begin(db, self.people, found, purpose))
        snapshot = journey.submit(self.database, self.people, begun, answering=True)
        journey.check(self.database, self.people, begun)
        journey.approve(self.database, self.people, begun)
        sending.run(self.database, self.relay, snapshot.id)
        received = self.recorder.received[before:]
        assert all(len(each.rcpt_to) == 1 for each in received)
        return {each.rcpt_to[0] for each in received} - {snapshot.sender_address}

    def write_down(self) -> None:
        """What no machine knows: the report to the manager, causes, measures, the judgement."""
        manager = self.people.manager

        def write(session: Session, incident: Incident) -> None:
            chronicle.add(session, manager, incident, Words(at(MAY_31, 13), REPORTED))
            reporting.assess(session, manager, incident, NOTHING, 0)
            for each in suggestions.CAUSES:
                record.add_cause(session, manager, incident, each)
            for each in suggestions.MEASURES:
                plan = record.Plan(
                    each.text, each.level, owner_name="担当", due_on=JUNE_2, training=each.training
                )
                record.add_measure(session, manager, incident, plan)

        self.act(write)

    def hold_the_meeting(self) -> None:
        """The emergency meeting was held; everybody is asked to do the checklist and the test."""
        manager = self.people.manager

        def hold(session: Session, incident: Incident) -> None:
            record.finish(session, manager, incident, 1, 1, JUNE_1, "全職員が出席した")

        self.act(hold)
        due = training.Wanted(frozenset(Sort), Why.URGENT, JUNE_2 + timedelta(days=7))
        with self.database.writing() as session:
            training.assign(session, manager, due)

    def hear_from(self, told: Bureau, kind: Notice, roles: Collection[Role]) -> list[int]:
        """A notice of the bureau to all offices: how many of each were asked to read it."""
        wanted = bureau.draft(kind, roles=roles)
        own = self.people.author.office.id
        sent = bureau.send(self.database, told.overseer, wanted)
        return [each.people for each in sorted(sent, key=lambda each: each.office_id != own)]

    def press_release(self) -> papers.Made:
        """The notes are written, and the paper is taken as a Word file."""
        notes = Written(
            second_harm=NO_HARM, contact=CONTACT, published=Published.YES, published_on=JUNE_2
        )

        def make(session: Session, incident: Incident) -> papers.Made:
            secrets = gathering.secrets(session, incident)
            papers.write(session, self.people.manager, incident, notes, secrets)
            found = papers.made(gathering.facts(session, incident), secrets, Kind.PRESS)
            papers.take(session, self.people.manager, incident, found, Format.WORD)
            return found

        return self.act(make)  # type: ignore[no-any-return]
