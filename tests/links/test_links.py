"""A participant's link: bound to him and the event, revocable, over with the event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.doorway import CARRIED, Doorway
from eventmail.events.models import Contact
from eventmail.links import service as links
from eventmail.links.tokens import Place, could_be, token_of
from eventmail.sealing import Sealer
from tests.conftest import SECRET, Meeting

SEALER = Sealer((SECRET.encode(),))
PLACE = Place(1, 2, 3, 4)


def two(session: Session) -> tuple[Contact, Contact]:
    first, second = session.scalars(sa.select(Contact).order_by(Contact.id).limit(2))
    return first, second


OTHERS = {
    "of another office": (SEALER.keys[0], PLACE._replace(office_id=9), 1),
    "of another event": (SEALER.keys[0], PLACE._replace(event_id=9), 1),
    "of another participant": (SEALER.keys[0], PLACE._replace(participant_id=9), 1),
    "of another contact": (SEALER.keys[0], PLACE._replace(contact_id=9), 1),
    "the next": (SEALER.keys[0], PLACE, 2),
    "under another key": (b"another key, of another installation", PLACE, 1),
    "numbers run together": (SEALER.keys[0], Place(1, 23, 4, 4), 1),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_token_is_of_one_contact_and_one_serial(other: str) -> None:
    token = token_of(SEALER.keys[0], PLACE, 1)
    assert token == token_of(SEALER.keys[0], PLACE, 1)
    assert token != token_of(*OTHERS[other])


def test_a_token_has_160_bits_in_signs_that_no_mail_program_cuts_off() -> None:
    token = token_of(SEALER.keys[0], PLACE, 1)
    assert could_be(token)
    assert len(token) * 5 == 160
    assert not any(map(could_be, ("", token[:-1], token + "a", token.upper(), "1" * 32)))


def test_a_link_opens_for_its_own_contact_and_only_its_digest_is_stored(
    database: Database, meeting: Meeting
) -> None:
    with database.writing() as session:
        first, second = two(session)
        token = links.token_for(session, SEALER, first)
        assert links.token_for(session, SEALER, first) == token
        assert links.token_for(session, SEALER, second) != token
    with database.reading() as session:
        guest = links.opened(session, token)
        assert guest is not None
        assert (guest.contact.id, guest.participant.id) == (first.id, first.participant_id)
        assert (guest.event.id, guest.office_id) == (meeting.event.id, meeting.event.office_id)
        rows = session.execute(sa.text("SELECT * FROM page_links")).all()
        assert len(rows) == 2
        assert token not in repr(rows)


def test_a_page_that_was_only_looked_at_shows_the_token_that_is_made_later(
    database: Database, meeting: Meeting
) -> None:
    with database.writing() as session:
        first, _ = two(session)
        before = links.book_of(session, SEALER, meeting.event.id).token(links.place_of(first))
        assert links.opened(session, before) is None
        assert links.token_for(session, SEALER, first) == before


def test_a_revoked_link_is_dead_and_the_next_one_opens(
    database: Database, meeting: Meeting
) -> None:
    with database.writing() as session:
        first, second = two(session)
        old, other = (links.token_for(session, SEALER, each) for each in (first, second))
        new = links.revoke(session, SEALER, first)
        assert links.opened(session, old) is None
        assert links.opened(session, new) is not None
        assert links.opened(session, other) is not None
        assert links.token_for(session, SEALER, first) == new


def test_a_link_that_went_to_a_mistyped_address_opens_nothing_once_it_is_mended(
    database: Database, meeting: Meeting
) -> None:
    with database.writing() as session:
        first, _ = two(session)
        old, address = links.token_for(session, SEALER, first), first.address
        first.address = first.address_key = "mended@elsewhere.example"
        session.flush()
        assert links.opened(session, old) is None
        new = links.token_for(session, SEALER, first)
        assert links.opened(session, new) is not None
        first.address, first.address_key = address, address.casefold()
        session.flush()
        assert links.opened(session, new) is None
        assert links.token_for(session, SEALER, first) == old


def _leaves(session: Session, contact: Contact, _event: date) -> None:
    contact.active = False


def _is_over(session: Session, contact: Contact, today: date) -> None:
    event = links.opened(session, links.token_for(session, SEALER, contact))
    assert event is not None
    event.event.held_on = today - timedelta(days=31)


def _is_almost_over(session: Session, contact: Contact, today: date) -> None:
    _is_over(session, contact, today + timedelta(days=1))


ENDS: dict[str, tuple[Callable[[Session, Contact, date], None], bool]] = {
    "the contact left the roster": (_leaves, False),
    "31 days after the event": (_is_over, False),
    "30 days after the event": (_is_almost_over, True),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_link_ends(database: Database, meeting: Meeting, end: str) -> None:
    act, opens = ENDS[end]
    with database.writing() as session:
        first, _ = two(session)
        token = links.token_for(session, SEALER, first)
        act(session, first, clock.today())
        session.flush()
        assert (links.opened(session, token) is not None) is opens


def test_a_new_key_leaves_the_links_that_were_mailed_as_they_were(
    database: Database, meeting: Meeting
) -> None:
    renewed = replace(SEALER, keys=(b"a new key of the installation, long enough", *SEALER.keys))
    without = replace(SEALER, keys=renewed.keys[:1])
    with database.writing() as session:
        first, second = two(session)
        old = links.token_for(session, SEALER, first)
        assert links.token_for(session, renewed, first) == old
        assert links.token_for(session, renewed, second) != token_of(
            SEALER.keys[0], links.place_of(second), 1
        )
        new = links.token_for(session, without, first)
        assert new != old
        session.info[CARRIED] = Doorway("", without)
        assert links.opened(session, new) is not None


def test_a_key_that_was_taken_out_of_use_opens_nothing(
    database: Database, meeting: Meeting
) -> None:
    """It may be in somebody's hands, who could make anybody's token by it."""
    newer = b"a new key of the installation, long enough"
    with database.writing() as session:
        first, _ = two(session)
        old = links.token_for(session, SEALER, first)
        session.info[CARRIED] = Doorway("", replace(SEALER, keys=(newer, *SEALER.keys)))
        assert links.opened(session, old) is not None
        session.info[CARRIED] = Doorway("", replace(SEALER, keys=(newer,)))
        assert links.opened(session, old) is None


CHANGES = {
    "given to another": "UPDATE page_links SET contact_id = contact_id + 1",
    "to another token": "UPDATE page_links SET token_digest = 'x'",
    "to another address": "UPDATE page_links SET address_key = 'x@y.example'",
    "brought back": "UPDATE page_links SET revoked_at = NULL WHERE revoked_at IS NOT NULL",
    "deleted": "DELETE FROM page_links",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_link_is_not(database: Database, meeting: Meeting, change: str) -> None:
    with database.writing() as session:
        first, _ = two(session)
        links.token_for(session, SEALER, first)
        links.revoke(session, SEALER, first)
    with pytest.raises(DBAPIError, match="guard page_links"), database.writing() as session:
        session.execute(sa.text(CHANGES[change]))


def test_the_link_of_one_office_names_no_contact_of_another(
    database: Database, meeting: Meeting
) -> None:
    with database.writing() as session:
        first, _ = two(session)
        links.token_for(session, SEALER, first)
    statement = (
        "INSERT INTO page_links (office_id, event_id, participant_id, contact_id, serial, key_id, "
        "token_digest, address_key, made_at) SELECT 99, event_id, participant_id, contact_id, 9, "
        "key_id, 'other', address_key, made_at FROM page_links"
    )
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), database.writing() as session:
        session.execute(sa.text(statement))
