"""Incidents that begin with a mailing of ours, or with one that the gate refused; and the event."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventmail.addresses import EmailAddress
from eventmail.alerts import service as alerts
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact, Event, Participant
from eventmail.events.service import EventFacts
from eventmail.incidents import linking, opening, parties, service, taking
from eventmail.incidents.exposure import exposure
from eventmail.incidents.models import Incident, Origin, Place
from eventmail.incidents.own import own_of
from eventmail.incidents.reading.values import Kind, Listed, Seen, SentMail, Where
from eventmail.incidents.service import Opening
from eventmail.mailings.models import Snapshot
from eventmail.offices import service as offices
from eventmail.outbox import sending
from eventmail.roster import service as roster
from eventmail.roster.models import RosterImport
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.incidents import story
from tests.mailings.test_races import at_once


def told() -> Opening:
    return Opening("別の会社の資料を付けた", story.NOTICED)


@pytest.fixture
def sent(database: Database, approved: Snapshot, relay: Relay) -> Snapshot:
    sending.run(database, relay, approved.id)
    return approved


def test_a_mailing_of_ours_showed_nobody_to_anybody_until_a_person_says_what_was_in_it(
    database: Database, people: People, sent: Snapshot
) -> None:
    with database.writing() as session:
        mailing = opening.find_mailing(session, people.author, sent.mailing_id)
        incident = opening.from_mailing(session, people.author, mailing, told())
        seen = exposure(session, incident)
        assert [each.counts for each in seen.mails] == [{Place.BCC: 30}]
        assert (seen.total, len(seen.parties), seen.mails[0].mail.sent_at is None) == (0, 30, False)
        assert all(each.participant_id for each in seen.parties)
        two = [each.id for each in seen.parties[:2]]
        stranger = Listed("届いていない会社", EmailAddress.parse("x@betsu.example"), "06-0000-0000")
        mail = seen.mails[0].mail
        opening.say_shown(session, people.author, incident, mail, two, [stranger])
        seen = exposure(session, incident)
        assert (seen.total, seen.companies, seen.readers) == (3, 3, 30)
        opening.say_shown(session, people.author, incident, mail, two[:1])
        assert exposure(session, incident).total == 2, "it can be corrected"
        with pytest.raises(NotFound):
            opening.say_shown(session, people.author, incident, mail, [10_000])


def test_a_mailing_that_has_reached_nobody_is_no_incident(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with database.writing() as session:
        mailing = opening.find_mailing(session, people.author, submitted.mailing_id)
        with pytest.raises(UserError, match="まだだれにも届いていません"):
            opening.from_mailing(session, people.author, mailing, told())


def test_a_refusal_of_the_gate_is_written_down_once_and_showed_nothing(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with database.writing() as session:
        event = session.scalars(sa.select(Event)).one()
        subject = f"mailing:{submitted.mailing_id}"
        made = alerts.raise_alert(session, event.reply_to, "refused", subject, "止めました。")
        other = alerts.raise_alert(session, event.reply_to, "audit", "installation:0", "監査")
        alert = opening.find_alert(session, people.approver, made.id)
        incident = opening.from_alert(session, people.approver, alert, told())
        assert (incident.origin, incident.mailing_id) == (Origin.REFUSAL, submitted.mailing_id)
        assert exposure(session, incident).total == 0
        assert opening.from_alert(session, people.author, alert, told()).id == incident.id
        with pytest.raises(UserError, match="止まった送信"):
            opening.find_alert(session, people.approver, other.id)


def test_two_who_open_the_same_alert_at_once_open_one_incident(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with database.writing() as session:
        event = session.scalars(sa.select(Event)).one()
        subject = f"mailing:{submitted.mailing_id}"
        alert_id = alerts.raise_alert(session, event.reply_to, "refused", subject, "止めた。").id

    def act() -> None:
        with database.writing() as session:
            alert = opening.find_alert(session, people.author, alert_id)
            opening.from_alert(session, people.author, alert, told())

    assert at_once(act, act, act, act) == []
    with database.writing() as session:
        made = session.scalars(sa.select(Incident)).one()
        again = Incident(
            **{each: getattr(made, each) for each in ("office_id", "origin", "title", "law")},
            **{each: getattr(made, each) for each in ("alert_id", "noticed_at", "opened_by")},
            opened_at=made.opened_at,
        )
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(again)


def outside(database: Database, people: People, *addresses: str) -> int:
    with database.writing() as session:
        incident = service.open_outside(session, people.author, told())
        seen = tuple(Seen(Where.TO, EmailAddress.parse(each)) for each in addresses)
        own = own_of(session, people.author.office.id)
        taking.add_mail(session, people.author, incident, own, SentMail(Kind.EML, seen))
        return incident.id


def test_companies_are_found_in_an_events_roster_and_the_others_are_named(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.reading() as session:
        known = session.scalars(sa.select(Contact).order_by(Contact.id).limit(2)).all()
        names = [each.participant.company for each in known]
    number = outside(database, people, *(each.address.upper() for each in known), "x@new.example")
    with database.writing() as session:
        incident = service.find(session, people.author.office.id, number)
        event = session.get_one(Event, meeting.event.id)
        assert linking.link(session, people.author, incident, event) == 2
        assert [each.company for each in incident.parties[:2]] == names
        assert [bool(each.phone) for each in incident.parties[:2]] == [bool(x.phone) for x in known]
        assert [each.company for each in linking.unmatched(session, incident)] == [
            "new.example（名前は未入力）"
        ]
        assert linking.link(session, people.author, incident, event) == 2, "again changes nothing"
        assert len(incident.parties) == 3


def test_an_event_is_made_whose_roster_are_the_companies(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = service.find(session, people.author.office.id, leak)
        box = offices.mailboxes(session, people.author.office.id)[0].id
        facts = EventFacts("対応", date(2026, 12, 1), "", "所", box, box)
        event = linking.make_event(session, people.author, incident, facts)
        assert linking.unmatched(session, incident) == []
        companies = session.scalars(
            sa.select(Participant.company).where(Participant.event_id == event.id)
        )
        assert set(companies) == {each.company for each in story.COMPANIES}
        contacts = session.scalars(sa.select(Contact).where(Contact.event_id == event.id)).all()
        assert len(contacts) == 30
        assert sum(each.names_person for each in contacts) == story.PERSONS
        assert {each.phone for each in contacts} == {each.phone for each in story.COMPANIES}
        assert session.scalars(sa.select(RosterImport)).one().counts == {"new": 30}
        with pytest.raises(UserError, match="すでにイベント"):
            linking.make_event(session, people.author, incident, facts)
        # The companies of an incident stay known when somebody takes the roster back.
        made = session.scalars(sa.select(RosterImport)).one()
        roster.undo(session, people.author, event, made, None)
        active = sa.select(sa.func.count()).where(Contact.event_id == event.id, Contact.active)
        assert session.scalars(active).one() == 0
        assert exposure(session, incident).companies == 30


def test_no_event_is_made_with_a_company_that_nobody_has_named(
    database: Database, people: People
) -> None:
    """Its name would stand above the mail."""
    number = outside(database, people, "a@x.example", "b@y.example")
    with database.writing() as session:
        incident = service.find(session, people.author.office.id, number)
        own = own_of(session, people.author.office.id)
        named = [Listed("ひかり", EmailAddress.parse("a@x.example"))]
        taking.name_parties(session, people.author, incident, own, named)
        box = offices.mailboxes(session, people.author.office.id)[0].id
        facts = EventFacts("対応", date(2026, 12, 1), "", "所", box, box)
        with pytest.raises(UserError, match="名前がまだ入っていない対応先が1件"):
            linking.make_event(session, people.author, incident, facts)


def test_two_companies_of_the_roster_that_were_put_together_are_two_again(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.reading() as session:
        known = session.scalars(sa.select(Contact).order_by(Contact.id).limit(2)).all()
        names = [each.participant.company for each in known]
    number = outside(database, people, *(each.address for each in known))
    with database.writing() as session:
        incident = service.find(session, people.author.office.id, number)
        both = [each.id for each in incident.parties]
        parties.merge(session, people.author, incident, both)
        event = session.get_one(Event, meeting.event.id)
        assert linking.link(session, people.author, incident, event) == 2
        told = [(each.company, len(each.addresses)) for each in incident.parties]
        assert told == [(name, 1) for name in names]
