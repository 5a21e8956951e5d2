"""After its time a suppression is known by its digest alone, and a proposal is gone."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from eventmail.addresses import EmailAddress
from eventmail.corrections import service as corrections
from eventmail.corrections.models import Correction
from eventmail.database import Database
from eventmail.events.models import Contact, Event
from eventmail.links.service import Guest
from eventmail.mailings.models import Snapshot
from eventmail.outbox import sending
from eventmail.privacy import purge
from eventmail.suppression import service
from eventmail.suppression.models import Kind, Source, Suppression
from eventmail.wire import Relay
from tests.privacy import traces

NEW = EmailAddress.parse("shin.tantou@atarashii.example")


def test_nothing_of_it_is_left_but_a_digest_that_knows_the_address_again(
    database: Database, approved: Snapshot, relay: Relay
) -> None:
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        first, second = session.scalars(sa.select(Contact).order_by(Contact.id).limit(2))
        address, office_id = first.email, first.office_id
        service.suppress(session, office_id, None, address, Kind.BOUNCED, source=Source.BOUNCE)
        event = session.get_one(Event, second.event_id)
        guest = Guest(office_id, event, second.participant, second, 0)
        corrections.propose(session, guest, corrections.Wanted("", "", "新任 一郎", NEW))
    words = {*traces.words(database), str(NEW), "新任 一郎"}

    assert purge.run(database.writing, date(2040, 1, 1)) == 1

    assert traces.in_rows(database, words) == []
    with database.writing() as session:
        assert list(session.scalars(sa.select(Correction))) == []
        found = session.scalars(sa.select(Suppression)).one()
        again = service.suppress(
            session, office_id, None, address, Kind.BOUNCED, source=Source.BOUNCE
        )
        assert again.id == found.id
