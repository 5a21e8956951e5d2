"""The first manager of an office: invited by the administrator, who gets no further into it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import passwords
from eventmail.accounts import invitations
from eventmail.accounts.invitations import Invitee, Made
from eventmail.administration import service
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import settings
from eventmail.offices.models import Membership, Office, Role, Staff

NOT_NEW = said(
    "所「{name}」にはもう管理者か、設定を認められる職員か、イベントがあるため、"
    "システム管理者は管理者を招待できません。所の管理者に依頼してください。"
)
NO_ROOM = said(
    "所「{name}」では、管理者になれる職員がもう2人います。"
    "招待中の職員に、リンクを作り直して渡してください。"
)


def invite(
    session: Session, by: Staff, office_id: int, wanted: Invitee, domains: Collection[str]
) -> Made:
    """Make a new office's manager and his link. Raises :class:`UserError` for any other office.

    He may approve as well, and is nothing else besides: no third person comes in from outside.
    """
    office = _new(session, by, office_id)
    if not service.line(session, office_id).has_room:
        raise UserError(NO_ROOM.format(name=office.name))
    roles = {Role.MANAGER} | ({Role.APPROVER} & set(wanted.roles))
    as_manager = Invitee(wanted.login, wanted.name, roles, wanted.address)
    return invitations.invite(session, None, office, as_manager, domains, by.id)


def renew(session: Session, by: Staff, office_id: int, staff_id: int) -> Made:
    """Another link for a manager who was invited and has not come yet; the older one ends."""
    office = _new(session, by, office_id)
    for each in invited(session, office_id):
        if each.id == staff_id:
            return invitations.make_link(session, by.id, office, each)
    raise NotFound


def invited(session: Session, office_id: int) -> Sequence[Staff]:
    """The office's managers who have not set a password yet."""
    manages = Staff.memberships.any(
        sa.and_(Membership.office_id == office_id, Membership.role == Role.MANAGER)
    )
    query = sa.select(Staff).where(Staff.active, Staff.password_hash == passwords.UNUSABLE, manages)
    return session.scalars(query.order_by(Staff.id)).all()


def _new(session: Session, by: Staff, office_id: int) -> Office:
    service.require(by)
    settings.lock(session, office_id)
    found = service.line(session, office_id)
    if not found.is_new:
        raise UserError(NOT_NEW.format(name=found.name))
    return session.get_one(Office, office_id)
