"""A passkey in software, made with nothing but cryptography and a few bytes of CBOR.

It does what a device does, and on request what a device, a site or a thief should not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
SITE, ORIGIN = "localhost", "http://localhost:8025"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey. Its fields are what a test may falsify."""

    site: str = SITE
    origin: str = ORIGIN
    verified: bool = True
    step: int = 1  # how far the counter goes on with each use; 0: it does not count
    count: int = 0
    credential: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    handle: str | None = None

    def make(self, options: dict[str, Any]) -> str:
        """Answers ``navigator.credentials.create``."""
        self.handle = options["user"]["id"]
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential
        data = self._data(ATTESTED) + attested + self._public_key()
        attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData" + _bytes(data)
        client = self._client("webauthn.create", options["challenge"])
        response = {"clientDataJSON": b64(client), "attestationObject": b64(attestation)}
        return self._answer(response)

    def use(self, options: dict[str, Any]) -> str:
        """Answers ``navigator.credentials.get``."""
        self.count += self.step
        data, client = self._data(0), self._client("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        return self._answer(response | ({"userHandle": self.handle} if self.handle else {}))

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return hashlib.sha256(self.site.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, str]) -> str:
        own = b64(self.credential)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})

    def _public_key(self) -> bytes:
        """COSE: EC2, ES256, P-256, x and y."""
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return b"\xa5\x01\x02\x03\x26\x20\x01\x21" + _bytes(x) + b"\x22" + _bytes(y)


def _bytes(raw: bytes) -> bytes:
    """A CBOR byte string."""
    if len(raw) < 256:
        return b"\x58" + bytes([len(raw)]) + raw
    return b"\x59" + struct.pack(">H", len(raw)) + raw
