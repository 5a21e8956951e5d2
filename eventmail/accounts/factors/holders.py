"""People as holders of factors."""

from __future__ import annotations

import secrets
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.accounts.factors.models import FactorHolder
from eventmail.database import Asked, insert_new

HANDLE = 32  # random bytes: as WebAuthn advises, nothing that says who it is


def holder_of(session: Session, staff_id: int) -> FactorHolder:
    """The person's row, made where there is none."""
    found = session.get(FactorHolder, staff_id)
    if found is None:
        values = {"staff_id": staff_id, "handle": secrets.token_urlsafe(HANDLE)}
        insert_new(session, FactorHolder, values | {"must_enrol": False})
        found = session.get_one(FactorHolder, staff_id)
    return found


def lock(session: Session, staff_id: int) -> None:
    """Hold the person until the end of the transaction: what is counted stays so."""
    found = holder_of(session, staff_id)
    session.refresh(found, with_for_update=True)


def must_enrol(session: Session, staff_id: int) -> bool:
    """Whether a manager took the person's factors away and there is no new one yet."""
    return bool(session.scalar(_must_enrol(), {"staff": staff_id}))


@lru_cache(maxsize=1)
def _must_enrol() -> sa.Select[bool]:
    """Built once: building it takes longer than asking it, and every page asks it."""
    staff: Asked = sa.bindparam("staff")
    return sa.select(FactorHolder.must_enrol).where(FactorHolder.staff_id == staff)


def enrolled(session: Session, staff_id: int) -> None:
    """There is a new one now."""
    holder_of(session, staff_id).must_enrol = False
