"""Whoever lost his link asks for it by his address; what he is told is the same for everybody.

Nobody can find out by it whether an address is registered, nor fill anybody's mailbox.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail import clock
from eventmail.addresses import AddressError, EmailAddress
from eventmail.events.erased import EventErasure
from eventmail.events.models import Contact, Event
from eventmail.links.service import AFTER_THE_EVENT
from eventmail.offices.models import Office
from eventmail.own_page.models import LinkMail, LinkMailState

MOST_EVENTS = 5  # in which one address takes part at a time
NOT_AGAIN_WITHIN = timedelta(minutes=15)
MOST_A_DAY = 5


def ask(session: Session, address: str) -> None:
    """Queue the link for every event in which somebody with this address takes part."""
    try:
        key = EmailAddress.parse(address).key
    except AddressError:
        return
    for contact in _contacts(session, key):
        queue(session, contact)


def queue(session: Session, contact: Contact) -> None:
    """Queue one mail with the contact's link, unless he has just had one or many today."""
    session.execute(sa.select(Event.id).where(Event.id == contact.event_id).with_for_update())
    now = clock.now()
    lately = sa.select(sa.func.count()).where(LinkMail.contact_id == contact.id, ~LinkMail.coded)
    if session.scalar(lately.where(LinkMail.made_at > now - NOT_AGAIN_WITHIN)):
        return
    if (session.scalar(lately.where(LinkMail.made_at > now - timedelta(days=1))) or 0) < MOST_A_DAY:
        _put(session, contact)


def queue_next(session: Session, contact: Contact) -> None:
    """Queue the mail with the next link: the one he had is over, so whatever he got of late is no
    use to him. What still waits will carry the next one, too.
    """
    waits = sa.select(LinkMail.id).where(
        LinkMail.contact_id == contact.id, LinkMail.state == LinkMailState.QUEUED
    )
    if session.scalar(waits.limit(1)) is None:
        _put(session, contact)


def queue_code(session: Session, contact: Contact) -> LinkMail:
    """Queue a mail with the contact's link and a code; whoever asks counts how often."""
    return _put(session, contact, coded=True)


def _put(session: Session, contact: Contact, *, coded: bool = False) -> LinkMail:
    now = clock.now()
    made = LinkMail(
        office_id=contact.office_id,
        event_id=contact.event_id,
        participant_id=contact.participant_id,
        contact_id=contact.id,
        made_at=now,
        due_at=now,
        token=secrets.token_hex(16),
        coded=coded,
    )
    session.add(made)
    session.flush()
    return made


def _contacts(session: Session, key: str) -> list[Contact]:
    everywhere = Contact.office_id.in_(sa.select(Office.id))  # by the index that begins with it
    query = (
        sa.select(Contact)
        .join(Event, Event.id == Contact.event_id)
        .outerjoin(EventErasure, EventErasure.event_id == Event.id)
        .where(
            everywhere,
            Contact.address_key == key,
            Contact.active,
            EventErasure.event_id.is_(None),
            Event.held_on >= clock.today() - AFTER_THE_EVENT,
        )
        .options(joinedload(Contact.participant))
        .order_by(Event.held_on < clock.today(), Event.held_on, Contact.id)  # what is to come first
        .limit(MOST_EVENTS)
    )
    return list(session.scalars(query))
