"""Recovery codes: ten on one sheet, shown once, each good for one sign-in."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.accounts.factors.models import RecoveryCode
from eventmail.offices import places
from eventmail.offices.models import Staff
from eventmail.sealing import Sealer

COUNT = 10
# Thirty-two letters without 0 and O, 1 and I: five bits each, eighty bits a code.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 16
GROUP = 4
FEW = 3  # from here on the person is told to make new ones


def renew(session: Session, sealer: Sealer, staff_id: int) -> list[str]:
    """Ten new codes, to be shown now and never again; those before do not work any more."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [_new() for _ in range(COUNT)]
    session.add_all(
        RecoveryCode(staff_id=staff_id, digest=_digest(sealer, staff_id, code), made_at=clock.now())
        for code in codes
    )
    session.flush()
    places.note_own(session, "factor.codes_made", session.get_one(Staff, staff_id), count=COUNT)
    return [shown(code) for code in codes]


def verify(session: Session, sealer: Sealer, staff_id: int, code: str) -> bool:
    """Whether this is one of the person's unused codes; it is used up by the same statement."""
    used = session.execute(
        sa.update(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
        .where(RecoveryCode.digest.in_(_digests(sealer, staff_id, code)))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if cast("sa.CursorResult[Any]", used).rowcount != 1:
        return False
    left = remaining(session, staff_id)
    places.note_own(session, "factor.code_used", session.get_one(Staff, staff_id), left=left)
    return True


def remaining(session: Session, staff_id: int) -> int:
    """How many codes are left."""
    query = sa.select(sa.func.count()).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(query) or 0


def are_own(session: Session, sealer: Sealer, staff_id: int, codes: Sequence[str]) -> bool:
    """Whether these are the person's whole sheet, none of it used."""
    rows = session.scalars(
        sa.select(RecoveryCode.digest).where(
            RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
        )
    )
    return {_digest(sealer, staff_id, plain(code)) for code in codes} == set(rows) != set()


def remove(session: Session, staff_id: int) -> None:
    """No code works any more."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def shown(code: str) -> str:
    """In groups of four: ``ABCD-EFGH-JKLM-NPQR``."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def plain(text: str) -> str:
    """A code as typed: capital letters, half-width, without blanks and hyphens."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())


def _new() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def _digests(sealer: Sealer, staff_id: int, code: str) -> list[str]:
    """With each key that is still known: a sheet outlives the change of the key."""
    return [_digest(Sealer((key,)), staff_id, plain(code)) for key in sealer.keys]


def _digest(sealer: Sealer, staff_id: int, code: str) -> str:
    return sealer.digest(code, f"recovery:{staff_id}")
