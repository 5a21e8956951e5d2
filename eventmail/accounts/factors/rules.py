"""Which roles need a second factor, office by office."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.accounts.factors.models import FactorRule
from eventmail.audit.service import record
from eventmail.offices.models import Role, Staff


def required_in(session: Session, office_id: int, at_first: frozenset[Role]) -> frozenset[Role]:
    """The roles that need one in this office; where nothing was set, those of ``at_first``."""
    rows = session.execute(
        sa.select(FactorRule.role, FactorRule.required).where(FactorRule.office_id == office_id)
    )
    said = {role: required for role, required in rows}
    return frozenset(role for role in Role if said.get(role, role in at_first))


def is_required(
    session: Session,
    staff: Staff,
    at_first: frozenset[Role],
    lent: Iterable[tuple[int, Role]] = (),
) -> bool:
    """Whether any role of this person needs one, his own or ``lent`` (office and role)."""
    held = {(each.office_id, each.role) for each in staff.memberships} | set(lent)
    offices = {office for office, _ in held}
    rows = session.execute(
        sa.select(FactorRule.office_id, FactorRule.role, FactorRule.required).where(
            FactorRule.office_id.in_(offices)
        )
    )
    said = {(office, role): required for office, role, required in rows}
    return any(said.get(each, each[1] in at_first) for each in held)


def require(
    session: Session, office_id: int, roles: frozenset[Role], staff_id: int | None = None
) -> None:
    """From now on exactly these roles need one in this office."""
    session.execute(sa.delete(FactorRule).where(FactorRule.office_id == office_id))
    session.add_all(
        FactorRule(office_id=office_id, role=role, required=role in roles) for role in Role
    )
    session.flush()
    record(
        session,
        "office.factors_required",
        f"office:{office_id}",
        office_id=office_id,
        staff_id=staff_id,
        roles=sorted(role.value for role in roles),
    )
