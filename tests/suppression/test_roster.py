"""An address that comes back into a roster is known, though its time was over."""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.addresses import EmailAddress
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings import freezing
from eventmail.mailings.models import Mailing
from eventmail.roster import hand
from eventmail.sample import People
from eventmail.suppression import service
from eventmail.suppression.models import Kind, Source, Suppression
from tests.conftest import Meeting

GONE = EmailAddress.parse("moto@tanaka.example")


def test_whoever_comes_back_into_a_roster_is_left_out_as_before(
    database: Database, people: People, meeting: Meeting
) -> None:
    office_id = meeting.event.office_id
    with database.writing() as session:
        service.suppress(session, office_id, None, GONE, Kind.BOUNCED, source=Source.BOUNCE)
        service.forget_strangers(session, office_id)
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        hand.add(session, people.author, event, hand.Typed("株式会社田中", GONE))
        hand.add(
            session,
            people.author,
            event,
            hand.Typed("株式会社田中", EmailAddress.parse("ima@tanaka.example")),
        )
    with database.reading() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        keys = {each.email.key for each in freezing.audience(session, mailing)}
        assert session.scalars(sa.select(Suppression.address_key)).one() == GONE.key
        assert "ima@tanaka.example" in keys
        assert GONE.key not in keys
