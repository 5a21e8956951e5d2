"""Signatures as the specification "Standard Webhooks" (1.0.0) says, with a shared secret."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

PREFIX, BYTES = "whsec_", 32  # the specification asks for 24 to 64
VERSION = "v1"


def new_secret() -> str:
    """A secret as receivers' libraries take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def new_id() -> str:
    """What a call is known by, the same at each try; without a full stop, which separates."""
    return f"msg_{secrets.token_hex(12)}"


def headers(secret: str, token: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a call that is made now."""
    moment = str(int(at.timestamp()))
    return {
        "webhook-id": token,
        "webhook-timestamp": moment,
        "webhook-signature": signature(secret, token, moment, body),
    }


def signature(secret: str, token: str, moment: str, body: bytes) -> str:
    """``v1,`` and the HMAC-SHA256 over id, seconds and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((token.encode(), moment.encode(), body))
    return f"{VERSION},{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
