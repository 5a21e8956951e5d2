"""Which roles need a second factor, office by office: a setting that takes two people to change.

What an office says lies in its setting's changes and nowhere else; the database itself refuses a
change that nobody confirmed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy.orm import Session

from eventmail.offices import settings
from eventmail.offices.models import Role, Staff

KIND = "second_factor"


def required_in(session: Session, office_id: int, at_first: frozenset[Role]) -> frozenset[Role]:
    """The roles that need one in this office; where it says nothing, those of ``at_first``."""
    newest = settings.latest(session, office_id, KIND)
    said = None if newest is None else json.loads(newest.after)
    return at_first if said is None else frozenset(Role(each) for each in said)


def is_required(
    session: Session,
    staff: Staff,
    at_first: frozenset[Role],
    lent: Iterable[tuple[int, Role]] = (),
) -> bool:
    """Whether any role of this person needs one, his own or ``lent`` (office and role).

    Who makes offices and their managers needs one wherever anybody does at first.
    """
    if staff.administrator and at_first:
        return True
    held = {(each.office_id, each.role) for each in staff.memberships} | set(lent)
    offices = {office_id for office_id, _ in held}
    needed = {each: required_in(session, each, at_first) for each in offices}
    return any(role in needed[office_id] for office_id, role in held)
