"""The link in an invitation by which its recipient stops such mails: derived, and never stored.

It says whose it is (the contact's number) and proves it by 160 bits of an HMAC under a key outside
the database, over the contact and the address that the mail went to. So it works for as long as
the address is known, also when the link to his page is over, and only for him.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail.addresses import EmailAddress
from eventmail.doorway import doorway_of
from eventmail.events.models import Contact, Event
from eventmail.offices.models import Office
from eventmail.sealing import Sealer

PURPOSE = "eventmail stop"
NUMBER, PROOF = 5, 20  # bytes, 40 letters together
LENGTH = 40
ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz234567")
HTTPS = "https://"
# Mailings are a later room: an address that was mended since stands in what was sent.
_sent = sa.table("snapshot_recipients", sa.column("contact_id"), sa.column("address_key"))


@dataclass(frozen=True, slots=True)
class Place:
    """Whose link it is: one contact of one participant, at one address."""

    office_id: int
    event_id: int
    participant_id: int
    contact_id: int
    address_key: str


@dataclass(frozen=True, slots=True)
class StopLinks:
    """The links of one event's mails. ``one_click``: mail programs may use them (RFC 8058)."""

    public_url: str
    sealer: Sealer
    office_id: int
    event_id: int

    @property
    def one_click(self) -> bool:
        """Only over TLS does RFC 8058 allow it."""
        return self.public_url.startswith(HTTPS)

    def url(self, participant_id: int, contact_id: int, address_key: str) -> str:
        """The link of one recipient."""
        return self.public_url + self.path(participant_id, contact_id, address_key)

    def path(self, participant_id: int, contact_id: int, address_key: str) -> str:
        """The same for a page of ours."""
        place = Place(self.office_id, self.event_id, participant_id, contact_id, address_key)
        return f"/unsubscribe/{token_of(self.sealer.keys[0], place)}"


@dataclass(frozen=True, slots=True)
class Leaver:
    """Whoever came by such a link, and the address that it was sent to."""

    office: Office
    event: Event
    contact: Contact
    address: EmailAddress


def links_of(session: Session, office_id: int, event_id: int) -> StopLinks | None:
    """The links of an event, where the installation has an address for people outside."""
    doorway = doorway_of(session)
    if doorway is None or not doorway.public_url:
        return None
    return StopLinks(doorway.public_url, doorway.sealer, office_id, event_id)


def token_of(key: bytes, place: Place) -> str:
    """The token of one recipient's link."""
    raw = place.contact_id.to_bytes(NUMBER, "big") + _proof(key, place)
    return base64.b32encode(raw).decode("ascii").lower()


def opened(session: Session, sealer: Sealer, token: str) -> Leaver | None:
    """Who comes by this token; None if it is nobody's, or its address was erased."""
    raw = _raw(token)
    if raw is None:
        return None
    number, proof = int.from_bytes(raw[:NUMBER], "big"), raw[NUMBER:]
    query = (
        sa.select(Contact, Event, Office)
        .join(Event, Event.id == Contact.event_id)
        .join(Office, Office.id == Contact.office_id)
        .where(Contact.id == number, Contact.address != "")
        .options(joinedload(Contact.participant))
    )
    found = session.execute(query).one_or_none() if number < 2**31 else None
    if found is None:
        return None
    contact, event, office = found
    for key in _addresses(session, contact):
        place = Place(office.id, event.id, contact.participant_id, contact.id, key)
        if any(hmac.compare_digest(proof, _proof(each, place)) for each in sealer.keys):
            return Leaver(office, event, contact, EmailAddress.parse(key))
    return None


def _addresses(session: Session, contact: Contact) -> list[str]:
    earlier = sa.select(_sent.c.address_key).where(
        _sent.c.contact_id == contact.id, _sent.c.address_key.contains("@")
    )
    return [contact.address_key, *session.scalars(earlier.distinct())]


def _raw(token: str) -> bytes | None:
    if len(token) != LENGTH or not ALPHABET.issuperset(token):
        return None
    try:
        return base64.b32decode(token.upper())
    except binascii.Error:
        return None


def _proof(key: bytes, place: Place) -> bytes:
    told = (PURPOSE, place.office_id, place.event_id, place.participant_id, place.contact_id)
    text = "|".join((*map(str, told), place.address_key))
    derived = hashlib.sha256(b"eventmail stop links:" + key).digest()
    return hmac.digest(derived, text.encode(), "sha256")[:PROOF]
