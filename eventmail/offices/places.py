"""Where somebody serves: his offices, and the one in which he is at work now."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound
from eventmail.offices.models import Office, OfficeStaff, Staff


def serves(staff: Staff) -> frozenset[int]:
    """The offices in which somebody has a role."""
    return frozenset(each.office_id for each in staff.memberships)


def anywhere(staff: Staff) -> bool:
    """Whether somebody has anything to do here: a role, a bureau to oversee, the installation."""
    return bool(staff.memberships or staff.oversight or staff.administrator)


def offices_of(session: Session, staff: Staff) -> list[Office]:
    """The offices in which somebody has a role, by name."""
    query = sa.select(Office).where(Office.id.in_(serves(staff))).order_by(Office.name)
    return list(session.scalars(query))


def at_work(session: Session, staff: Staff, chosen: int | None = None) -> int | None:
    """The office in which somebody works: the chosen one while he serves there, else the one
    that he last chose, else the oldest; None if he serves nowhere.
    """
    own = serves(staff)
    if chosen in own or len(own) < 2:
        return chosen if chosen in own else next(iter(own), None)
    used = (
        sa.select(OfficeStaff.office_id)
        .where(
            OfficeStaff.staff_id == staff.id,
            OfficeStaff.office_id.in_(own),
            OfficeStaff.used_at.is_not(None),
        )
        .order_by(OfficeStaff.used_at.desc())
        .limit(1)
    )
    return session.scalar(used) or min(own)


def note_own(session: Session, action: str, staff: Staff, **details: Any) -> None:
    """Note what somebody did about his own account, where the auditor of his office sees it."""
    office = at_work(session, staff)
    record(session, action, f"staff:{staff.id}", office_id=office, staff_id=staff.id, **details)


def choose(session: Session, staff: Staff, office_id: int) -> Office:
    """Go to work in another office that one serves; any other office is not found."""
    if office_id not in serves(staff):
        raise NotFound
    kept = session.get_one(OfficeStaff, (office_id, staff.id))
    kept.used_at = clock.now()
    record(
        session,
        "office.chosen",
        f"office:{office_id}",
        office_id=office_id,
        staff_id=staff.id,
    )
    return session.get_one(Office, office_id)
