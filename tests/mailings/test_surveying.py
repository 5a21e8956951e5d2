"""The ground as it is loaded: what the office knows, and nothing of another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.allowed import service as allowed
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.models import Contact, Participant
from eventmail.mailings import service as mailings
from eventmail.mailings import surveying
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.mailings.rehearsal import rehearse
from eventmail.mailings.service import Blocked
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor
from eventmail.roster import hand
from eventmail.sample import People, draft_letter, make_empty_event
from tests import settling
from tests.conftest import Meeting


def survey(session: Session, mailing_id: int) -> Ground:
    mailing = session.get_one(Mailing, mailing_id)
    return surveying.survey(session, mailing, mailings.draft_content(session, mailing))


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that a block of code sends."""
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_what_is_loaded(database: Database, people: People, meeting: Meeting) -> None:
    with database.reading() as session:
        ground = survey(session, meeting.mailing.id)
        contact = session.scalars(sa.select(Contact).where(Contact.phone != "")).first()
        assert contact is not None
        assert ground.directory.addresses[contact.address_key] == contact.participant.company
        assert contact.participant.company in ground.directory.phones.values()
    assert ground.office.name == people.author.office.name
    assert people.author.staff.name in ground.office.staff
    assert "gakusotsu@himesato-anteisho.example" in ground.office.addresses
    assert {scan.kind for scan in ground.scans.values()} == {"pdf"}
    assert len(ground.scans) == len(ground.content.materials) == 2
    assert ground.roster.files == ("参加企業一覧.xlsx",)
    assert ground.history.last is None
    assert ground.history.ever == frozenset()
    assert set(ground.history.shelf) == {each.filename for each in ground.content.materials}
    assert ground.expected_count == 30


def test_the_rules_look_at_it_as_it_is_now(database: Database, meeting: Meeting) -> None:
    late = datetime(2026, 11, 25, 17, 40, tzinfo=clock.TOKYO)
    with time_machine.travel(late, tick=False), database.reading() as session:
        assert survey(session, meeting.mailing.id).now == late


def test_nothing_of_another_office_is_in_it(
    database: Database, people: People, meeting: Meeting
) -> None:
    """Neither whom it knows, nor its staff, mailboxes, events, files and what it allows."""
    with database.writing() as session:
        before = survey(session, meeting.mailing.id)
        office = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        settling.add_mailbox(session, office, "となり", "tonari@tonari-anteisho.example")
        staff = settling.add_staff(
            session, office, "tonari", "隣野 一郎", "a stranger's password", list(Role)
        )
        stranger = Actor(staff, office)
        event = make_empty_event(session, stranger)
        event.name = "となりの説明会"
        session.flush()
        email = EmailAddress.parse("hanako.tonari@tonari-kogyo.example")
        typed = hand.Typed("となり工業株式会社", email, name="隣川 花子", phone="0998-11-2001")
        hand.add(session, stranger, event, typed)
        version = session.get_one(Mailing, meeting.mailing.id).materials[0].newest
        content = events.read_blob(session, version.office_id, version.sha256)
        events.put_material(session, stranger, event, "写し.pdf", content)
        allowed.allow(session, stranger, "kaikan.example")
        after = survey(session, meeting.mailing.id)
        theirs = survey(session, draft_letter(session, stranger, event).id)
    for name in ("office", "directory", "scans", "roster", "history"):
        assert getattr(after, name) == getattr(before, name), name
    assert "となり工業株式会社" in {each.company for each in theirs.content.recipients}
    assert theirs.office.allowed == {"kaikan.example"}


def test_a_survey_takes_few_queries_however_many_take_part(
    database: Database, meeting: Meeting
) -> None:
    with database.reading() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        content = mailings.draft_content(session, mailing)
        with counted(session) as sent:
            surveying.survey(session, mailing, content)
    assert len(sent) <= 15


def test_what_was_sent_before_is_remembered(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with database.writing() as session:
        first = session.scalars(sa.select(Mailing)).one()
        first.state = MailingState.SENT
        again = draft_letter(session, people.author, first.event)
        ground = survey(session, again.id)
        assert ground.history.last == {
            each.address_key: each.company for each in submitted.recipients
        }
        assert ground.history.ever == set(ground.history.last)
        assert ground.history.sent_files == {
            each.filename: each.sha256 for each in submitted.materials
        }
        assert survey(session, first.id).history.last is None, "its own is no earlier one"


def test_a_file_of_another_event_is_known_by_its_bytes(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        other = make_empty_event(session, people.author)
        other.name, other.held_on = "別の会", date(2025, 6, 1)
        version = session.get_one(Mailing, meeting.mailing.id).materials[0].newest
        content = events.read_blob(session, version.office_id, version.sha256)
        events.put_material(session, people.author, other, "写し.pdf", content)
        ground = survey(session, meeting.mailing.id)
        assert [each.name for each in ground.history.elsewhere[version.sha256]] == ["別の会"]
        assert ("別の会", date(2025, 6, 1)) in [
            (each.name, each.held_on) for each in ground.history.events
        ]
        assert len(ground.history.elsewhere) == 1


def test_who_gave_up_is_known_and_still_must_not_be_shown(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        gone = session.scalars(sa.select(Participant)).first()
        assert gone is not None
        gone.status = "withdrawn"  # type: ignore[assignment]
        session.flush()
        ground = survey(session, meeting.mailing.id)
        assert len(ground.roster.withdrawn) == 1
        assert gone.contacts[0].address_key in ground.directory.addresses


LEAKS: dict[str, Callable[[Contact], str]] = {
    "phone": lambda contact: contact.phone,
    "name": lambda contact: contact.name,
    "address": lambda contact: contact.address,
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_participant_in_the_letter_cannot_be_submitted(
    name: str, database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        query = sa.select(Contact).where(Contact.phone != "", Contact.name.contains(" "))
        contact = session.scalars(query).first()
        assert contact is not None
        mailing.body += f"\n{LEAKS[name](contact)}\n"
        with pytest.raises(Blocked, match="ほかの参加事業所の"):
            mailings.submit(session, people.author, mailing)


def test_a_telephone_number_that_became_known_since_the_rehearsal_is_found(
    database: Database, people: People, meeting: Meeting
) -> None:
    """What the gate must know is the same, and the roster was changed, which is audited."""
    with database.writing() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        mailing.body += "\n窓口 0123-99-9999\n"
    with database.reading() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        earlier = rehearse(session, mailings.draft_content(session, mailing))
    assert not [each for each in earlier.findings if each.blocks]
    with database.writing() as session:
        contact = session.scalars(sa.select(Contact)).first()
        assert contact is not None
        contact.phone = "0123-99-9999"
        mailing = session.get_one(Mailing, meeting.mailing.id)
        facts = events.EventFacts(
            **{name: getattr(mailing.event, name) for name in events.EventFacts.__slots__}
        )
        events.change_event(session, people.author, mailing.event, facts)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        with pytest.raises(Blocked, match="ほかの参加事業所の電話番号"):
            mailings.submit(session, people.author, mailing, earlier)
