"""The office's people as its manager sees them; a leaver is deactivated, never deleted, and what
he had in hand goes to a colleague.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, passwords
from eventmail.accounts import invitations, sessions
from eventmail.accounts.models import Ending, Outcome, SignIn
from eventmail.api import tokens
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import listed, said
from eventmail.mailings.models import Mailing, MailingState
from eventmail.mailings.people import note_editors, reviewers
from eventmail.offices import places, settings
from eventmail.offices.models import (
    Deputy,
    DeputyRevocation,
    Membership,
    OfficeStaff,
    Role,
    Staff,
)
from eventmail.offices.permissions import ROLE_NAMES, Action, Actor
from eventmail.proposals import service as proposals
from eventmail.proposals.history import Told, told_of
from eventmail.proposals.roles import ROLES
from eventmail.roster.models import OPEN, RosterImport

IN_HAND = (
    MailingState.DRAFT,
    MailingState.CHECKING,
    MailingState.APPROVING,
    MailingState.HALTED,
)
ONESELF = said("自分自身の利用は止められません。ほかの所の管理者に依頼してください。")
LAST_MANAGER = said(
    "「{name}」はこの所でただ1人の管理者のため、利用を止められません。"
    "先に、ほかの職員を管理者にしてください。"
)
ELSEWHERE = said(
    "「{name}」はほかの所でも仕事をしているため、利用を止められません。"
    "この所の役割だけを外してください。"
)
NOBODY = said("引き継ぐ職員を、起案者の役割を持つこの所の職員から選んでください。")
REVIEWED = said(
    "「{name}」は「{subject}」を確認しているため、引き継げません。ほかの職員を選んでください。"
)
MOVED = said("画面を開いたあとに引き継ぐ仕事が変わりました。もう一度確かめてください。")
ALREADY = said("「{name}」の利用は、すでに止められています。")
ACTIVE = said("「{name}」の利用は止められていません。")


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the list. ``signed_in_at``: when he was last here; ``has_come``: whether he has
    a password, or was invited and has not opened his link yet.
    """

    id: int
    name: str
    login: str
    roles: tuple[Role, ...]
    active: bool
    signed_in_at: datetime | None
    has_come: bool

    @property
    def roles_in_words(self) -> str:
        """起案者・確認者, or that there are none."""
        if not self.roles:
            return said("役割なし")
        return listed([ROLE_NAMES[role] for role in self.roles], said("・"))


@dataclass(frozen=True, slots=True)
class InHand:
    """What a leaver had in hand: ``mailings`` and ``deputies`` go over or end, the rest is said.

    ``proposals``: the changes of settings that he asked for and nobody has decided on.
    """

    mailings: list[Mailing]
    deputies: list[Deputy]
    imports: list[RosterImport]
    proposals: list[Told]
    alone_in: tuple[Role, ...]

    @property
    def stamp(self) -> str:
        """Names what was shown: a confirmation counts for exactly that."""
        return "-".join(str(each.id) for each in self.mailings) or "none"


def people(session: Session, actor: Actor) -> list[Person]:
    """Whoever serves or served here, by name; those who may still sign in come first."""
    actor.require(Action.MANAGE_STAFF)
    # Of each by itself: else the sign-ins of all offices are gone through.
    last = sa.select(sa.func.max(SignIn.at)).where(
        SignIn.staff_id == Staff.id, SignIn.outcome == Outcome.SIGNED_IN
    )
    query = (
        sa.select(Staff, last.correlate(Staff).scalar_subquery())
        .join(OfficeStaff, OfficeStaff.staff_id == Staff.id)
        .where(OfficeStaff.office_id == actor.office.id)
        .order_by(Staff.active.desc(), Staff.name, Staff.id)
    )
    return [
        Person(
            staff.id,
            staff.name,
            staff.login,
            _roles(staff, actor),
            staff.active,
            at,
            staff.password_hash != passwords.UNUSABLE,
        )
        for staff, at in session.execute(query)
    ]


def person(session: Session, actor: Actor, staff_id: int, *, lock: bool = False) -> Staff:
    """Somebody who serves or served in the actor's office; anybody else is not found."""
    actor.require(Action.MANAGE_STAFF)
    here = sa.exists().where(
        OfficeStaff.staff_id == Staff.id, OfficeStaff.office_id == actor.office.id
    )
    query = sa.select(Staff).where(Staff.id == staff_id, here)
    found: Staff | None = session.scalar(query.with_for_update(of=Staff) if lock else query)
    if found is None:
        raise NotFound
    return found


def in_hand(session: Session, actor: Actor, staff: Staff) -> InHand:
    """What would be left lying if this person went now."""
    mailings = sa.select(Mailing).where(
        Mailing.office_id == actor.office.id,
        Mailing.created_by == staff.id,
        Mailing.state.in_(IN_HAND),
    )
    imports = sa.select(RosterImport).where(
        RosterImport.office_id == actor.office.id,
        RosterImport.uploaded_by == staff.id,
        RosterImport.state.in_(OPEN),
    )
    return InHand(
        list(session.scalars(mailings.order_by(Mailing.id))),
        list(session.scalars(_appointments(actor, staff))),
        list(session.scalars(imports.order_by(RosterImport.id))),
        [
            told_of(session, each)
            for each in proposals.waiting(session, actor.office.id)
            if each.proposer_id == staff.id
        ],
        tuple(role for role in _roles(staff, actor) if not _others(session, actor, staff, role)),
    )


def heirs(session: Session, actor: Actor, staff: Staff) -> list[Staff]:
    """Those who could go on with a leaver's letters: the office's other authors."""
    return _others(session, actor, staff, Role.AUTHOR)


def deactivate(
    session: Session, actor: Actor, staff_id: int, heir_id: int | None, stamp: str
) -> Staff:
    """End somebody's time here: his sessions and appointments end, his letters go to ``heir_id``.

    ``stamp`` names what was shown as his; where that has changed meanwhile, nothing is done.
    """
    # As changes of roles do: two managers who stop each other come one after the other.
    settings.lock(session, actor.office.id)
    staff = person(session, actor, staff_id, lock=True)
    refuse_to_deactivate(session, actor, staff)
    left = in_hand(session, actor, staff)
    if left.stamp != stamp:
        raise UserError(MOVED)
    if left.mailings:
        _hand_over(session, actor, left.mailings, _heir(session, actor, staff, heir_id))
    for made in left.deputies:
        session.add(DeputyRevocation(appointment_id=made.id, staff_id=actor.id, at=clock.now()))
    staff.active = False
    session.flush()
    sessions.end_all(session, staff.id, Ending.DEACTIVATED)
    invitations.end_links(session, staff.id)
    tokens.end_all_of(session, staff.id, actor.id)
    _audit(session, actor, "staff.deactivated", staff, mailings=len(left.mailings))
    return staff


def reactivate(session: Session, actor: Actor, staff_id: int) -> Staff:
    """Let somebody come back: he has the roles that he had, and none of what was handed over."""
    staff = person(session, actor, staff_id, lock=True)
    if staff.active:
        raise UserError(ACTIVE.format(name=staff.name))
    if places.serves(staff) - {actor.office.id}:
        raise UserError(ELSEWHERE.format(name=staff.name))
    staff.active = True
    session.flush()
    _audit(session, actor, "staff.reactivated", staff)
    return staff


def refuse_to_deactivate(session: Session, actor: Actor, staff: Staff) -> None:
    """Raise :class:`UserError` with the reason why this person cannot be deactivated, if any."""
    if staff.id == actor.id:
        raise UserError(ONESELF)
    if not staff.active:
        raise UserError(ALREADY.format(name=staff.name))
    outside = staff.administrator or staff.oversight
    if outside or places.serves(staff) - {actor.office.id}:
        raise UserError(ELSEWHERE.format(name=staff.name))
    managers = _others(session, actor, staff, Role.MANAGER)
    if Role.MANAGER in staff.roles_in(actor.office.id) and not managers:
        raise UserError(LAST_MANAGER.format(name=staff.name))


def propose_roles(
    session: Session, actor: Actor, staff_id: int, roles: Collection[str], reason: str
) -> None:
    """Ask for other roles of somebody here; they change when another person confirms it."""
    staff = person(session, actor, staff_id)
    place = ROLES.at(actor.office.id, str(staff.id))
    proposals.propose(session, actor, place, sorted(roles), reason)


def _hand_over(session: Session, actor: Actor, mailings: list[Mailing], heir: Staff) -> None:
    """Who takes a letter over has it in hand from now on: he can neither check nor approve it."""
    for mailing in mailings:
        if heir.id in reviewers(mailing):
            raise UserError(REVIEWED.format(name=heir.name, subject=mailing.subject_shown))
        before, mailing.created_by = mailing.created_by, heir.id
        note_editors(session, mailing, {before, heir.id})
        record(
            session,
            "mailing.handed_over",
            f"mailing:{mailing.id}",
            office_id=mailing.office_id,
            staff_id=actor.id,
            before=before,
            after=heir.id,
        )


def _heir(session: Session, actor: Actor, staff: Staff, heir_id: int | None) -> Staff:
    for each in heirs(session, actor, staff):
        if each.id == heir_id:
            return each
    raise UserError(NOBODY)


def _appointments(actor: Actor, staff: Staff) -> sa.Select[Deputy]:
    """Appointments by him and of him that have not ended."""
    revoked = sa.exists().where(DeputyRevocation.appointment_id == Deputy.id)
    return (
        sa.select(Deputy)
        .where(
            Deputy.office_id == actor.office.id,
            sa.or_(Deputy.approver_id == staff.id, Deputy.deputy_id == staff.id),
            Deputy.ends_at > clock.now(),
            ~revoked,
        )
        .order_by(Deputy.id)
    )


def _others(session: Session, actor: Actor, staff: Staff, role: Role) -> list[Staff]:
    """The office's other active people with a role, by name."""
    here = Staff.memberships.any(
        sa.and_(Membership.office_id == actor.office.id, Membership.role == role)
    )
    query = sa.select(Staff).where(Staff.active, Staff.id != staff.id, here)
    return list(session.scalars(query.order_by(Staff.name, Staff.id)))


def _roles(staff: Staff, actor: Actor) -> tuple[Role, ...]:
    held = staff.roles_in(actor.office.id)
    return tuple(role for role in Role if role in held)


def _audit(session: Session, actor: Actor, action: str, staff: Staff, **details: object) -> None:
    subject = f"staff:{staff.id}"
    record(session, action, subject, office_id=actor.office.id, staff_id=actor.id, **details)
