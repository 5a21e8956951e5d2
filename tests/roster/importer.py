"""Brings rows into an event as a person would: upload, answer, confirm."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.events.service import EventFacts
from eventmail.mailings import service as mailings
from eventmail.offices import service as offices
from eventmail.roster import answering, jobs, service
from eventmail.roster.alarms import Alarm
from eventmail.roster.diff import Kind
from eventmail.roster.models import Answer, RosterImport, RosterRow
from eventmail.roster.planning import all_alarms
from eventmail.sample import People
from eventmail.spreadsheet.columns import Field
from tests.spreadsheet.sheets import xlsx

HEADER = ("事業所名", "部署", "担当者名", "メールアドレス", "参加")
A = ("株式会社甲", "総務部", "甲野 一", "a@kou.example", "参加")
B = ("株式会社乙", "", "乙野 二", "b@otsu.example", "参加")
C = ("株式会社丙", "", "", "c@hei.example", "参加")


def make_event(database: Database, people: People, name: str = "面接会") -> Event:
    """An event without participants."""
    with database.writing() as session:
        box = offices.mailboxes(session, people.author.office.id)[0]
        facts = EventFacts(name, date(2026, 12, 9), "", "会場", box.id, box.id)
        return events.add_event(session, people.author, facts)


class Importer:
    """One person's imports into one event."""

    def __init__(self, database: Database, people: People, event: Event) -> None:
        self.database, self.people, self.event = database, people, event
        self.id = 0

    def __call__(self, *rows: tuple[object, ...]) -> Importer:
        """Upload and confirm; alarms are confirmed, questions are not answered."""
        self.open(*rows)
        for alarm in self.alarms():
            self.notice("alarm", alarm.key)
        self.confirm()
        return self

    def open(
        self, *rows: tuple[object, ...], header: tuple[str, ...] = HEADER, work: bool = True
    ) -> Importer:
        """Upload, and let it be read."""
        self.upload(xlsx([header, *rows]))
        if work:
            self.work()
        return self

    def upload(self, content: bytes) -> None:
        with self.database.writing() as session:
            found = service.upload(session, self.people.author, self.event, "名簿.xlsx", content)
            self.id = found.id

    def work(self) -> None:
        """What a worker does."""
        jobs.run(self.database.writing, self.id, mailings.refresh)

    def another_event(self) -> Event:
        return make_event(self.database, self.people, "説明会")

    def current(self) -> RosterImport:
        with self.database.reading() as session:
            found = session.get_one(RosterImport, self.id)
            _ = found.reading
            return found

    def alarms(self) -> list[Alarm]:
        return all_alarms(self.current())

    def rows(self) -> list[RosterRow]:
        with self.database.reading() as session:
            query = sa.select(RosterRow).where(RosterRow.import_id == self.id)
            return list(session.scalars(query.order_by(RosterRow.position)))

    def row(self, key: str) -> RosterRow:
        (found,) = [each for each in self.rows() if each.key == key]
        return found

    @property
    def kinds(self) -> dict[str, int]:
        counts = self.current().counts
        return {kind.value: counts[kind.value] for kind in Kind if counts.get(kind.value)}

    def reload(self, session: Session) -> Event:
        return session.get_one(Event, self.event.id)

    def _locked(self, session: Session, import_id: int | None = None) -> RosterImport:
        return service.get_import(session, self.event, import_id or self.id, lock=True)

    def answer(self, key: str, said: Answer) -> None:
        with self.database.writing() as session:
            answering.answer(session, self.people.author, self._locked(session), {key: said})
        self.work()

    def answer_all(self, code: str, said: Answer) -> int:
        with self.database.writing() as session:
            found = self._locked(session)
            count = answering.answer_all(session, self.people.author, found, code, said)
        self.work()
        return count

    def correct(self, key: str, **values: str) -> None:
        told = {Field(name): value for name, value in values.items()}
        with self.database.writing() as session:
            service.correct(session, self.people.author, self._locked(session), key, told)
        self.work()

    def split(self, key: str) -> None:
        with self.database.writing() as session:
            service.split(session, self.people.author, self._locked(session), key)
        self.work()

    def choose(self, sheet: str, **mapping: str) -> None:
        told = {Field(name): letters for name, letters in mapping.items()} or None
        with self.database.writing() as session:
            service.choose(session, self.people.author, self._locked(session), sheet, told)
        self.work()

    def notice(self, kind: str, code: str) -> None:
        with self.database.writing() as session:
            answering.confirm_notice(session, self.people.author, self._locked(session), kind, code)

    def confirm(self, stamp: int | None = None, import_id: int | None = None) -> None:
        with self.database.writing() as session:
            found = self._locked(session, import_id)
            seen = found.stamp if stamp is None else stamp
            service.confirm(session, self.people.author, found, seen)
        self.work()

    def discard(self) -> None:
        with self.database.writing() as session:
            service.discard(session, self.people.author, self.event)

    def undo(self, import_id: int | None = None, last_sent: datetime | None = None) -> None:
        with self.database.writing() as session:
            event = self.reload(session)
            live = [each for each in service.history(session, event) if each.undone_at is None]
            found = service.get_import(session, event, import_id or live[0].id)
            service.undo(session, self.people.author, event, found, last_sent)

    def addressees(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            found = events.addressees(session, self.event)
            return [(each.participant.company, each.address) for each in found]
