"""The token in a participant's link: derived from a key outside the database, never stored.

160 bits of an HMAC-SHA-256 in small letters and digits (base32, RFC 4648): it can be read out and
typed, and no mail program cuts a sign off its end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import NamedTuple

PURPOSE = "eventmail participant page"
BYTES = 20
LENGTH = 32  # letters
SAMPLE = "mihon"  # in place of a token, where staff read what a participant would
ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz234567")


class Place(NamedTuple):
    """Whose page it is: one contact of one participant in one event of one office."""

    office_id: int
    event_id: int
    participant_id: int
    contact_id: int


def token_of(key: bytes, place: Place, serial: int) -> str:
    """The token of somebody's ``serial``-th link."""
    text = "|".join((PURPOSE, *map(str, place), str(serial)))
    derived = hashlib.sha256(b"eventmail links:" + key).digest()
    raw = hmac.digest(derived, text.encode(), "sha256")[:BYTES]
    return base64.b32encode(raw).decode("ascii").lower()


def digest_of(token: str) -> str:
    """What is stored of a token: nobody gets from it to the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def could_be(text: str) -> bool:
    """Whether a text has the form of a token at all."""
    return len(text) == LENGTH and ALPHABET.issuperset(text)


def name_of(key: bytes) -> str:
    """Which key made a token, without a word about the key."""
    return hashlib.sha256(b"eventmail links id:" + key).hexdigest()[:16]
