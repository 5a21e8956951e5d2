"""Copies hold words and facts, and nobody's address: every table is looked at (L9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import Base, Database
from eventmail.events import service as events
from eventmail.events.models import Contact, Event
from eventmail.events.service import EventFacts
from eventmail.letters import choosing, copying
from eventmail.mailings.freezing import audience
from eventmail.mailings.models import Audience, Mailing, MailingState, SendMode, Snapshot
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.pages import Pages

SignIn = Callable[[str], Pages]
NEXT_YEAR = date(2027, 12, 8)


def counts(session: Session) -> dict[str, int]:
    """How many rows every table has."""
    return {
        table.name: session.scalars(sa.select(sa.func.count()).select_from(table)).one()
        for table in Base.metadata.sorted_tables
    }


def grown(database: Database, deed: Callable[[Session], object]) -> dict[str, int]:
    """Which tables have more rows after a deed, and how many more."""
    with database.writing() as session:
        before = counts(session)
        deed(session)
        session.flush()
        after = counts(session)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def facts(session: Session, event_id: int) -> EventFacts:
    event = session.get_one(Event, event_id)
    return EventFacts(
        event.name, NEXT_YEAR, event.hours, event.place, event.sender_id, event.reply_to_id
    )


@pytest.fixture
def chosen(database: Database, people: People, meeting: Meeting) -> Mailing:
    """The meeting's mailing for three that were chosen by hand."""
    with database.writing() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        mailing.audience = Audience.CHOSEN
        choosing.choose(session, people.author, mailing, mailing.version, {3, 5, 7}, {3, 5, 7})
        _ = mailing.materials
    return mailing


class TestOfAMailing:
    def test_only_words_and_materials_of_the_shelf_come_with_it(
        self, database: Database, people: People, chosen: Mailing
    ) -> None:
        def copy(session: Session) -> None:
            source = session.get_one(Mailing, chosen.id)
            copying.copy_mailing(session, people.author, source)

        assert grown(database, copy) == {
            "mailings": 1,
            "mailing_editors": 1,
            "mailing_materials": 2,
            "audit_entries": 2,
        }

    def test_it_is_for_nobody_until_somebody_is_chosen_anew(
        self, database: Database, people: People, chosen: Mailing
    ) -> None:
        with database.writing() as session:
            source = session.get_one(Mailing, chosen.id)
            copy = copying.copy_mailing(session, people.author, source)
            assert len(audience(session, source)) == 3
            assert audience(session, copy) == ()
            assert (copy.expected_count, copy.since_id, copy.send_at) == (None, None, None)
            assert (copy.state, copy.version, copy.latest) == (MailingState.DRAFT, 1, None)
            assert (copy.subject, copy.body) == (source.subject, source.body)
            assert [each.id for each in copy.materials] == [each.id for each in chosen.materials]

    def test_what_was_sent_can_be_copied_and_stays_as_it_was(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        def copy(session: Session) -> None:
            source = session.get_one(Mailing, approved.mailing_id)
            copying.copy_mailing(session, people.author, source)

        assert set(grown(database, copy)) == {
            "mailings", "mailing_editors", "mailing_materials", "audit_entries",
        }  # fmt: skip

    def test_a_batch_becomes_individual_where_the_office_allows_none_any_more(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            mailing = session.get_one(Mailing, meeting.mailing.id)
            office = session.merge(people.author.office)
            settling.set_batches(session, office, True, 10)
            mailing.mode = SendMode.BATCH
            session.flush()
            assert copying.copy_mailing(session, people.author, mailing).mode is SendMode.BATCH
            settling.set_batches(session, office, False, 10)
            copy = copying.copy_mailing(session, people.author, mailing)
            assert copy.mode is SendMode.INDIVIDUAL

    def test_the_page_opens_the_copy_for_writing(self, sign_in: SignIn, chosen: Mailing) -> None:
        author = sign_in("author")
        assert "この案件を写して新しい案件を作る" in author.get(f"/mailings/{chosen.id}").text
        page = author.post(f"/mailings/{chosen.id}/copy")
        assert page.h1 == "本文を編集する"
        assert "送信先は写していません" in page.text
        sign_in("checker").post(f"/mailings/{chosen.id}/copy", status=403)


class TestOfAnEvent:
    def test_only_facts_and_words_come_with_it(
        self, database: Database, people: People, chosen: Mailing
    ) -> None:
        def copy(session: Session) -> None:
            event = session.get_one(Event, chosen.event_id)
            told = facts(session, event.id)
            copying.copy_event(session, people.author, event, told, {chosen.id})

        assert grown(database, copy) == {
            "events": 1,
            "mailings": 1,
            "mailing_editors": 1,
            "audit_entries": 3,
        }

    def test_nobodys_address_stands_in_any_row_of_it(
        self, database: Database, people: People, chosen: Mailing
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, chosen.event_id)
            told = facts(session, event.id)
            copy = copying.copy_event(session, people.author, event, told, {chosen.id})
            addresses = list(session.scalars(sa.select(Contact.address)))
            session.flush()
            for table in Base.metadata.sorted_tables:
                if "event_id" in table.c:
                    rows = session.execute(sa.select(table).where(table.c.event_id == copy.id))
                    told_there = str(rows.all())
                    assert not [each for each in addresses if each in told_there], table.name
            assert events.addressees(session, copy) == []
            (mailing,) = session.scalars(sa.select(Mailing).where(Mailing.event_id == copy.id))
            assert (mailing.audience, mailing.expected_count) == (Audience.CHOSEN, None)
            assert mailing.materials == []

    def test_only_letters_that_were_chosen_come_with_it(
        self, database: Database, people: People, chosen: Mailing
    ) -> None:
        def copy(session: Session) -> None:
            event = session.get_one(Event, chosen.event_id)
            copying.copy_event(session, people.author, event, facts(session, event.id), ())

        assert grown(database, copy) == {"events": 1, "audit_entries": 2}

    def test_the_page_asks_for_the_new_day(
        self, sign_in: SignIn, database: Database, chosen: Mailing
    ) -> None:
        author = sign_in("author")
        path = f"/events/{chosen.event_id}/copy"
        page = author.get(path)
        shown = {
            str(each.attributes["name"]): each.attributes.get("value") or ""
            for each in page.all("input")
            if each.attributes.get("name") in ("name", "held_on", "hours", "place")
        }
        assert shown["held_on"] == ""
        sent = shown | {"sender_id": "1", "reply_to_id": "1", "letters": str(chosen.id)}
        assert "開催日を入力してください。" in author.post(path, sent, status=422).text
        page = author.post(path, sent | {"held_on": NEXT_YEAR.isoformat()})
        assert "参加者名簿と資料は写していません" in page.text
        assert "参加者名簿がまだありません" in page.text
        with database.reading() as session:
            assert len(list(session.scalars(sa.select(Event)))) == 2

    def test_another_events_letter_cannot_be_named(
        self, sign_in: SignIn, database: Database, chosen: Mailing
    ) -> None:
        sent = {
            "name": "別", "held_on": NEXT_YEAR.isoformat(), "place": "会場",
            "sender_id": "1", "reply_to_id": "1", "letters": "999",
        }  # fmt: skip
        sign_in("author").post(f"/events/{chosen.event_id}/copy", sent, status=422)
