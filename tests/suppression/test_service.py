"""Who is not mailed any more: written down once, lifted only with a consent, never gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.offices.models import Office
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.sample import People
from eventmail.suppression import service
from eventmail.suppression.models import Kind, Source, Suppression, Way
from tests.conftest import Meeting

STRANGER = EmailAddress.parse("Soumu@Tanaka.example")
SAID = service.Consent(
    clock.today(), Way.PHONE, "総務課の田中様から、また送ってほしいと電話があった"
)


def stop(
    session: Session, people: People, kind: Kind = Kind.UNSUBSCRIBED, event_id: int | None = None
) -> Suppression:
    office_id = people.author.office.id
    return service.suppress(session, office_id, event_id, STRANGER, kind, source=Source.PAGE)


def test_said_twice_it_is_written_down_once(database: Database, people: People) -> None:
    with database.writing() as session:
        first, again = stop(session, people), stop(session, people)
        other_reason = stop(session, people, Kind.BOUNCED)

    assert first.id == again.id != other_reason.id


@pytest.mark.parametrize(
    ("kind", "stoppable", "found"),
    [
        pytest.param(Kind.UNSUBSCRIBED, True, True, id="an invitation does not reach him"),
        pytest.param(Kind.UNSUBSCRIBED, False, False, id="a change of the place does"),
        pytest.param(Kind.BOUNCED, False, True, id="nothing goes to an address that is not there"),
        pytest.param(Kind.ASKED_BY_PHONE, False, True, id="nothing at all, he said"),
    ],
)
def test_what_a_reason_stops(
    database: Database, people: People, meeting: Meeting, kind: Kind, stoppable: bool, found: bool
) -> None:
    event = meeting.event
    with database.writing() as session:
        contact = session.scalars(sa.select(Contact).limit(1)).one()
        service.suppress(
            session, event.office_id, event.id, contact.email, kind, source=Source.PHONE
        )
        condition = service.applies(
            Contact.address_key, Contact.office_id, Contact.event_id, stoppable=stoppable
        )
        asked = list(session.scalars(sa.select(Contact.id).where(condition)))
        keys = service.suppressed_keys(session, event.office_id, event.id, stoppable=stoppable)

    assert asked == ([contact.id] if found else [])
    assert keys == ({contact.address_key} if found else set())


def test_one_event_stops_for_itself_and_the_office_for_all(
    database: Database, people: People, meeting: Meeting
) -> None:
    office_id, here, elsewhere = meeting.event.office_id, meeting.event.id, meeting.event.id + 1
    with database.writing() as session:
        stop(session, people, event_id=here)
        assert service.suppressed_keys(session, office_id, here, stoppable=True)
        assert not service.suppressed_keys(session, office_id, elsewhere, stoppable=True)
        assert not service.suppressed_keys(session, office_id + 1, here, stoppable=True)
        stop(session, people)
        assert service.suppressed_keys(session, office_id, elsewhere, stoppable=True)


def test_it_is_lifted_with_a_consent_and_can_begin_again(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        first = stop(session, people)
        service.lift(session, people.approver, first.id, SAID)
        assert not service.suppressed_keys(session, first.office_id, 1, stoppable=True)
        second = stop(session, people)
        assert second.id != first.id
        assert service.suppressed_keys(session, first.office_id, 1, stoppable=True)


@pytest.mark.parametrize(
    ("consent", "refused"),
    [
        pytest.param(replace(SAID, told=" 　"), service.NO_CONSENT, id="nobody's word"),
        pytest.param(
            replace(SAID, told="田中様（tanaka＠tanaka.example）"),
            service.NO_ADDRESS,
            id="an address in the words, which stay for good",
        ),
        pytest.param(replace(SAID, on=date(9999, 1, 1)), service.LATER, id="a later day's word"),
    ],
)
def test_no_lift_without_a_consent(
    database: Database, people: People, consent: service.Consent, refused: str
) -> None:
    with database.writing() as session:
        found = stop(session, people)
        with pytest.raises(UserError, match=refused[:12]):
            service.lift(session, people.manager, found.id, consent)
        assert service.suppressed_keys(session, found.office_id, 1, stoppable=True)


def test_only_who_answers_for_it_lifts_and_only_in_his_office(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        found = stop(session, people)
        with pytest.raises(Forbidden):
            service.lift(session, people.author, found.id, SAID)
        stranger = Actor(people.approver.staff, Office(id=99, name="別の所"))
        with pytest.raises(Forbidden):
            service.lift(session, stranger, found.id, SAID)
        with pytest.raises(NotFound):
            service.get(session, stranger, found.id)
        service.lift(session, people.approver, found.id, SAID)
        with pytest.raises(UserError, match="すでに解除"):
            service.lift(session, people.manager, found.id, SAID)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM suppressions",
        "UPDATE suppressions SET event_id = 1",
        "UPDATE suppressions SET address_key = 'soumu@betsu.example'",
        "UPDATE suppressions SET kind = 'unsubscribed'",
        "UPDATE suppressions SET digest = 'x'",
        "INSERT INTO suppression_lifts SELECT id, office_id, '2026-01-01', 'phone', ' ', 1, at "
        "FROM suppressions",
        "UPDATE suppression_lifts SET consent = 'x'",
        "DELETE FROM suppression_lifts",
    ],
)
def test_no_statement_goes_round_it(
    database: Database, people: People, meeting: Meeting, statement: str
) -> None:
    with database.writing() as session:
        stop(session, people, Kind.BOUNCED)
        lifted = stop(session, people)
        service.lift(session, people.approver, lifted.id, SAID)
    with pytest.raises(DBAPIError, match=r"guard|ck_|CHECK|UNIQUE|unique"), database.writing() as s:
        s.execute(sa.text(statement))


def test_the_digest_outlives_the_address_and_knows_it_again(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        found = stop(session, people)
        service.forget_strangers(session, found.office_id)
        session.expire_all()
        assert found.address_key == ""
        assert stop(session, people).id == found.id  # it is no second one
        service.forget_strangers(session, found.office_id)
        service.recognise(session, found.office_id, ["saiyo@aozora.example"])
        assert not service.suppressed_keys(session, found.office_id, 1, stoppable=True)
        service.recognise(session, found.office_id, ["saiyo@aozora.example", STRANGER.key])
        assert service.suppressed_keys(session, found.office_id, 1, stoppable=True)


def test_neither_audit_nor_reason_says_the_address(database: Database, people: People) -> None:
    with database.writing() as session:
        found = service.suppress(
            session,
            people.author.office.id,
            None,
            STRANGER,
            Kind.BOUNCED,
            source=Source.BOUNCE,
            reason=f"550 5.1.1 <{STRANGER}>: User unknown",
        )
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert found.reason == "550 5.1.1 （アドレス） User unknown"
        assert entry is not None
        assert STRANGER.key not in str(entry.details)
        assert entry.details["why"] == "bounced"
