"""An office that is at work belongs to its own people: nobody from outside lets anybody in.

Until then an administrator invites its first manager; a link of his that was not taken up ends when
somebody else has come, or when there is something to see.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from eventmail import passwords
from eventmail.accounts.models import Invitation
from eventmail.events.models import Event
from eventmail.offices import places, settings
from eventmail.offices.models import Membership, Role, Staff


def at_work(office_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Whether somebody manages an office, two could decide on it, or it holds an event."""
    held, person = aliased(Membership), aliased(Staff)
    there = sa.and_(
        held.office_id == office_id,
        held.staff_id == person.id,
        person.active,
        person.password_hash != passwords.UNUSABLE,
    )
    deciders = sa.select(sa.func.count(sa.distinct(person.id))).where(
        there, held.role.in_(settings.CONFIRMERS)
    )
    return sa.or_(
        sa.exists().where(there, held.role == Role.MANAGER),
        deciders.scalar_subquery() >= settings.ENOUGH,
        sa.exists().where(Event.office_id == office_id),
    )


def is_too_late(session: Session, invitation: Invitation, *, lock: bool = False) -> bool:
    """Whether a link from outside leads to an office that is at work by now."""
    office_id = invitation.office_id
    if invitation.made_by is None or office_id is None:
        return False
    if office_id in places.serves(session.get_one(Staff, invitation.made_by)):
        return False
    if lock:  # of two who come at once the second finds the first
        settings.lock(session, office_id)
    return bool(session.scalar(sa.select(at_work(sa.literal(office_id)))))
