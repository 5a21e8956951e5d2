"""For whom a mailing is: all taking part, the new ones, the chosen ones; never anybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.mailings import audiences, freezing, service
from eventmail.mailings.models import (
    Audience,
    Chosen,
    Erasure,
    Mailing,
    MailingState,
    Reached,
    Snapshot,
)
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings import journey


def draft(session: Session, people: People, event_id: int, **fields: object) -> Mailing:
    """Another mailing of the event."""
    event = session.get_one(Event, event_id)
    words = service.Draft("目的", "件名", "本文", frozenset(), 1)
    mailing = service.add_mailing(session, people.author, event, words)
    for name, value in fields.items():
        setattr(mailing, name, value)
    session.flush()
    return mailing


def ids(session: Session, mailing: Mailing) -> set[int]:
    return {each.contact_id for each in freezing.audience(session, mailing)}


def choose(session: Session, mailing: Mailing, *contact_ids: int) -> None:
    for each in contact_ids:
        contact = session.get_one(Contact, each)
        owner = {n: getattr(contact, n) for n in ("office_id", "event_id", "participant_id")}
        session.add(Chosen(mailing_id=mailing.id, contact_id=each, **owner))
    session.flush()


def sent(session: Session, snapshot: Snapshot, **states: DeliveryState) -> None:
    """The first mailing is over: all accepted, but for the contacts named ``c5=…``."""
    others = {int(name[1:]): state for name, state in states.items()}
    for delivery in session.scalars(sa.select(Delivery).where(~Delivery.first_copy)):
        delivery.state = others.get(delivery.contact_id or 0, DeliveryState.ACCEPTED)
    session.get_one(Dispatch, snapshot.id).finished_at = snapshot.submitted_at
    session.get_one(Mailing, snapshot.mailing_id).state = MailingState.SENT
    session.flush()


class TestAll:
    def test_everybody_who_takes_part(self, database: Database, meeting: Meeting) -> None:
        with database.reading() as session:
            mailing = session.get_one(Mailing, meeting.mailing.id)
            assert mailing.audience is Audience.ALL
            assert len(ids(session, mailing)) == 30
            assert mailing.audience_in_words == "参加する事業所の全員"


class TestChosen:
    def test_none_but_the_chosen_ones(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            mailing = draft(session, people, meeting.event.id, audience=Audience.CHOSEN)
            assert ids(session, mailing) == set()
            choose(session, mailing, 3, 7)
            assert ids(session, mailing) == {3, 7}
            assert mailing.audience_in_words == "選んだ送信先だけ"

    def test_nobody_withdrawn_and_nobody_who_left_the_roster(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            mailing = draft(session, people, meeting.event.id, audience=Audience.CHOSEN)
            choose(session, mailing, 3, 7, 9)
            session.get_one(Contact, 3).participant.status = ParticipantStatus.WITHDRAWN
            session.get_one(Contact, 7).active = False
            session.flush()
            assert ids(session, mailing) == {9}
            told = {each.code: each.message for each in audiences.lacking(session, mailing)}
            assert "選んだ送信先のうち2件" in told["chosen_gone"]

    def test_another_events_contact_cannot_be_written_down(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            facts = service.events.EventFacts(
                "別のイベント", event.held_on, "", "会場", event.sender_id, event.reply_to_id
            )
            other = service.events.add_event(session, people.author, facts)
            mailing = draft(session, people, other.id, audience=Audience.CHOSEN)
            contact = session.get_one(Contact, 3)
            row = {
                "mailing_id": mailing.id,
                "contact_id": 3,
                "office_id": contact.office_id,
                "participant_id": contact.participant_id,
            }
        for event_id in (other.id, meeting.event.id):
            with pytest.raises(DBAPIError), database.writing() as session:
                session.execute(sa.insert(Chosen).values(**row, event_id=event_id))


class TestNew:
    def test_those_whom_the_earlier_mail_did_not_have(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        with database.writing() as session:
            sent(session, approved)
            event = session.get_one(Event, approved.event_id)
            mailing = draft(
                session, people, event.id, audience=Audience.NEW, since_id=approved.mailing_id
            )
            assert ids(session, mailing) == set()
            late = add_by_hand(session, people, event)
            assert ids(session, mailing) == {late}
            assert mailing.audience_in_words == (
                "「【企業と学校との雇用情報交換会】当日資料の送付について」"
                f"（番号{approved.mailing_id}）のあとに加わった送信先だけ"
            )

    @pytest.mark.parametrize(
        ("state", "is_new"),
        [
            (DeliveryState.REFUSED, True),
            (DeliveryState.WITHHELD, True),
            (DeliveryState.CANCELLED, True),
            (DeliveryState.UNCERTAIN, False),
            (DeliveryState.ACCEPTED, False),
            (DeliveryState.DEFERRED, False),
        ],
        ids=lambda value: str(value),
    )
    def test_whom_it_surely_did_not_reach_is_new_and_whom_it_may_have_reached_is_not(
        self,
        database: Database,
        people: People,
        approved: Snapshot,
        state: DeliveryState,
        is_new: bool,
    ) -> None:
        with database.writing() as session:
            sent(session, approved, c5=state)
            mailing = draft(
                session,
                people,
                approved.event_id,
                audience=Audience.NEW,
                since_id=approved.mailing_id,
            )
            assert ids(session, mailing) == ({5} if is_new else set())

    def test_an_address_that_got_it_is_not_new_in_another_row_of_the_roster(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        with database.writing() as session:
            sent(session, approved)
            old = session.get_one(Contact, 5)
            old.active = False
            session.flush()
            owner = {
                name: getattr(old, name)
                for name in ("office_id", "event_id", "participant_id", "import_id")
            }
            again = Contact(
                **owner,
                address=old.address,
                address_key=old.address_key,
                source_row=99,
                row_digest="0" * 64,
            )
            session.add(again)
            session.flush()
            mailing = draft(
                session,
                people,
                approved.event_id,
                audience=Audience.NEW,
                since_id=approved.mailing_id,
            )
            assert ids(session, mailing) == set()

    def test_without_a_mailing_to_count_from_it_is_for_nobody(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            mailing = draft(session, people, meeting.event.id, audience=Audience.NEW)
            assert ids(session, mailing) == set()
            assert "no_since" in [each.code for each in audiences.lacking(session, mailing)]

    def test_only_mailings_that_were_sent_and_are_still_known_are_offered(
        self, database: Database, people: People, approved: Snapshot
    ) -> None:
        with database.writing() as session:
            assert audiences.earlier(session, approved.event_id) == []
            sent(session, approved)
            found = audiences.earlier(session, approved.event_id)
            assert [each.id for each in found] == [approved.mailing_id]
            assert audiences.earlier(session, approved.event_id, approved.mailing_id) == []
            mailing = draft(
                session,
                people,
                approved.event_id,
                audience=Audience.NEW,
                since_id=approved.mailing_id,
            )
            now = approved.submitted_at
            session.add(Erasure(snapshot_id=approved.id, at=now, staff_id=None, reason="期間"))
            session.flush()
            assert audiences.earlier(session, approved.event_id) == []
            (told,) = [e for e in audiences.lacking(session, mailing) if e.code == "no_since"]
            assert "消去しました" in told.message

    @pytest.mark.parametrize("verb", ["insert", "update"])
    def test_it_is_never_counted_from_another_events_mailing(
        self, database: Database, people: People, meeting: Meeting, verb: str
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            facts = service.events.EventFacts(
                "別のイベント", event.held_on, "", "会場", event.sender_id, event.reply_to_id
            )
            other = service.events.add_event(session, people.author, facts)
            stranger = draft(session, people, other.id)
            mailing = session.get_one(Mailing, meeting.mailing.id)
            copied = {
                c.name: getattr(mailing, c.name)
                for c in sa.inspect(Mailing).columns
                if c.name not in ("id", "since_id")
            }
        statements = {
            "insert": sa.insert(Mailing).values(**copied, since_id=stranger.id),
            "update": sa.update(Mailing)
            .where(Mailing.id == mailing.id)
            .values(since_id=stranger.id),
        }
        with pytest.raises(DBAPIError, match="since_elsewhere"), database.writing() as session:
            session.execute(statements[verb])


def add_by_hand(session: Session, people: People, event: Event) -> int:
    """One company more, as the roster's page adds it."""
    owner = {"office_id": event.office_id, "event_id": event.id}
    company = Participant(**owner, company="株式会社あとから", status=ParticipantStatus.ATTENDING)
    session.add(company)
    session.flush()
    contact = Contact(
        **owner,
        participant_id=company.id,
        address="saiyo@atokara.example",
        address_key="saiyo@atokara.example",
        import_id=1,
        source_row=99,
        row_digest="0" * 64,
    )
    session.add(contact)
    session.flush()
    return contact.id


class TestFrozen:
    def test_the_words_and_the_count_are_part_of_what_is_frozen(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            mailing = session.get_one(Mailing, meeting.mailing.id)
            mailing.audience = Audience.CHOSEN
            choose(session, mailing, 3, 7)
        snapshot = journey.submit(database, people, meeting.mailing.id)
        with database.reading() as session:
            stored = content_of_snapshot(session.get_one(Snapshot, snapshot.id))
        assert (stored.audience, stored.expected_count) == ("選んだ送信先だけ", 2)
        assert [each.contact_id for each in stored.recipients] == [3, 7]
        assert stored.digest == snapshot.digest

    @pytest.mark.parametrize(
        "change",
        [
            lambda mailing: setattr(mailing, "audience", Audience.CHOSEN),
            lambda mailing: setattr(mailing, "expected_count", 29),
        ],
        ids=["another audience", "another count"],
    )
    def test_nobody_decides_on_what_has_become_another(
        self,
        database: Database,
        people: People,
        submitted: Snapshot,
        change: Callable[[Mailing], None],
    ) -> None:
        with database.writing() as session:
            change(session.get_one(Mailing, submitted.mailing_id))
        with pytest.raises(UserError, match="変わっています"):
            journey.check(database, people, submitted.mailing_id)

    def test_without_an_expected_count_nothing_is_submitted(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            mailing = session.get_one(Mailing, meeting.mailing.id)
            mailing.expected_count = None
            session.flush()
            with pytest.raises(service.Blocked, match="送る予定の件数が入力されていません"):
                service.submit(session, people.author, mailing)

    @pytest.mark.parametrize("count", [0, -1])
    def test_no_count_below_one_is_stored(
        self, database: Database, meeting: Meeting, count: int
    ) -> None:
        with pytest.raises(DBAPIError), database.writing() as session:
            session.get_one(Mailing, meeting.mailing.id).expected_count = count


def test_whom_an_earlier_snapshot_reached_is_in_no_audience(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        mailing = session.get_one(Mailing, approved.mailing_id)
        row = {"snapshot_id": approved.id, "contact_id": 5, "mailing_id": mailing.id}
        session.add(Reached(**row, certain=True))
        session.flush()
        assert len(ids(session, mailing)) == 29
        assert 5 not in ids(session, mailing)
