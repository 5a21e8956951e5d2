"""Individual envelope senders (VERP), signed: a bounce that names one is of a mail of ours.

The signature is made with the keys that lie outside the database. One delivery has one address,
whatever attempt it is; the one mail of a blind batch has one for all who get it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from eventmail.addresses import EmailAddress
from eventmail.audit.keys import ChainKeys
from eventmail.wire import ReturnPattern

DELIVERY, BATCH = "d", "b"
BYTES, LETTERS = 13, 20  # 100 bits of HMAC-SHA-256


@dataclass(frozen=True, slots=True)
class Named:
    """What a return address names: a delivery or, of a batch, its snapshot.

    Not ``genuine``: the signature is none of ours, so somebody made it up.
    """

    kind: str
    number: int
    genuine: bool


@dataclass(frozen=True, slots=True)
class Returns:
    """The mailbox for what comes back, and the keys that sign; the newest first."""

    pattern: ReturnPattern
    keys: tuple[bytes, ...]

    @classmethod
    def of(cls, address: str, keys: ChainKeys) -> Returns | None:
        """For the installation's setting; None where it has no such mailbox."""
        return cls(ReturnPattern.parse(address), keys.keys) if address else None

    def of_delivery(self, delivery_id: int) -> EmailAddress:
        """The envelope sender of one delivery."""
        return self._address(f"{DELIVERY}{delivery_id}")

    def of_batch(self, snapshot_id: int) -> EmailAddress:
        """The envelope sender of the one mail that a whole batch gets."""
        return self._address(f"{BATCH}{snapshot_id}")

    def named(self, address: str) -> Named | None:
        """What an address names, genuine or not; None if it is no return address at all."""
        tag = self.pattern.tag_of(address)
        if tag is None:
            return None
        name, _, signature = tag.partition("-")
        genuine = any(hmac.compare_digest(signature, _signature(key, name)) for key in self.keys)
        return Named(name[0], int(name[1:]), genuine)

    def _address(self, name: str) -> EmailAddress:
        return self.pattern.address(f"{name}-{_signature(self.keys[0], name)}")


def _signature(key: bytes, name: str) -> str:
    derived = hashlib.sha256(b"eventmail returns:" + key).digest()
    raw = hmac.digest(derived, name.encode(), "sha256")[:BYTES]
    return base64.b32encode(raw).decode("ascii").lower()[:LETTERS]
