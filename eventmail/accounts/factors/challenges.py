"""Challenges for passkeys: kept here, good for one answer and a few minutes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.accounts.factors.models import PasskeyChallenge, Purpose

LASTS = timedelta(minutes=5)
LENGTH = 32  # bytes


def make(session: Session, purpose: Purpose, staff_id: int | None) -> bytes:
    """A new challenge; what nobody answered in time goes."""
    now = clock.now()
    session.execute(sa.delete(PasskeyChallenge).where(PasskeyChallenge.until <= now))
    made = secrets.token_bytes(LENGTH)
    session.add(
        PasskeyChallenge(
            digest=_digest(made), purpose=purpose, staff_id=staff_id, until=now + LASTS
        )
    )
    session.flush()
    return made


def take(session: Session, challenge: bytes, purpose: Purpose, staff_id: int | None) -> bool:
    """Whether it waits for an answer to this purpose by this person; it waits no longer."""
    whose = PasskeyChallenge.staff_id
    taken = session.execute(
        sa.delete(PasskeyChallenge)
        .where(PasskeyChallenge.digest == _digest(challenge))
        .where(PasskeyChallenge.purpose == purpose, PasskeyChallenge.until > clock.now())
        .where(whose.is_(None) if staff_id is None else whose == staff_id)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", taken).rowcount == 1


def _digest(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
