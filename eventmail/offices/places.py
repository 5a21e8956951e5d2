"""Where somebody serves: his offices, and the one in which he is at work now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound
from eventmail.offices.models import Membership, Office, OfficeStaff, Role, Staff
from eventmail.offices.permissions import Action, allows, refusal, standings


def serves(staff: Staff) -> frozenset[int]:
    """The offices in which somebody has a role."""
    return frozenset(each.office_id for each in staff.memberships)


def anywhere(staff: Staff) -> bool:
    """Whether somebody has anything to do here: a role, a bureau to oversee, the installation."""
    return bool(staff.memberships or staff.oversight or staff.administrator)


def offices_of(session: Session, staff: Staff) -> list[Office]:
    """The offices in which somebody has a role, by name."""
    own = serves(staff)
    if len(own) < 2:  # most people's; it is known already where he is at work
        return [session.get_one(Office, each) for each in own]
    query = sa.select(Office).where(Office.id.in_(own)).order_by(Office.name)
    return list(session.scalars(query))


def overseen(session: Session, overseer: Staff) -> list[Office]:
    """The offices of the bureaus that somebody oversees, by name. Refused to anybody else."""
    if not allows(Action.OVERSEE, standings(overseer)):
        raise refusal(Action.OVERSEE)
    bureaus = [each.bureau_id for each in overseer.oversight]
    query = sa.select(Office).where(Office.bureau_id.in_(bureaus)).order_by(Office.name)
    return list(session.scalars(query))


def serving(session: Session, office_id: int, roles: Collection[Role] = tuple(Role)) -> list[Staff]:
    """Whoever has one of these roles in the office and may sign in, by name."""
    works = Staff.memberships.any(
        sa.and_(Membership.office_id == office_id, Membership.role.in_(roles))
    )
    query = sa.select(Staff).where(Staff.active, works).order_by(Staff.name, Staff.id)
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
