"""Secrets that the database keeps but cannot read: sealed with a key that lies outside it.

AES-256-GCM (NIST SP 800-38D). A sealed value is bound to its place: what is moved to another row
or column by somebody who can write in the database does not open there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventmail.config import Settings

FORMAT = "1"
NONCE = 12  # bytes, as NIST SP 800-38D advises


class Unsealable(Exception):
    """The value was sealed with another key, for another place, or was changed."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the first key; opens with any, so that a key can be changed."""

    keys: tuple[bytes, ...]

    @classmethod
    def of(cls, settings: Settings) -> Sealer:
        """With the installation's keys, or with one made from its secret where there are none."""
        return cls(tuple(each.encode() for each in settings.sealing_keys or (settings.secret_key,)))

    def seal(self, secret: str, place: str) -> str:
        """The secret as text to store at ``place`` (such as ``totp:12``)."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(_derived(self.keys[0])).encrypt(nonce, secret.encode(), place.encode())
        return f"{FORMAT}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The secret again; raises :class:`Unsealable` if this is not what was sealed there."""
        version, _, text = sealed.partition(".")
        if version != FORMAT:
            raise Unsealable(place)
        try:
            raw = base64.urlsafe_b64decode(text)
        except ValueError as error:
            raise Unsealable(place) from error
        for key in self.keys:
            try:
                cipher = AESGCM(_derived(key))
                return cipher.decrypt(raw[:NONCE], raw[NONCE:], place.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise Unsealable(place)

    def digest(self, value: str, purpose: str) -> str:
        """A keyed digest: equal values are seen to be equal, and nobody can try values out."""
        return hmac.digest(_derived(self.keys[0]), f"{purpose}:{value}".encode(), "sha256").hex()


def _derived(key: bytes) -> bytes:
    return hashlib.sha256(b"eventmail sealing:" + key).digest()
