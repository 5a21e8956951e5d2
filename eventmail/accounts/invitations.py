"""Invitations: a link by which one person sets his password himself, once, within three days.

The link is shown once to whoever made it and perhaps mailed; what is stored does not open it.
The same link serves for a forgotten password: the office's manager hands over a new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, password_rules, passwords
from eventmail.accounts import new_offices, sessions, signing_in
from eventmail.accounts.models import Ending, Invitation
from eventmail.accounts.origin import Origin
from eventmail.accounts.signing_in import SecondStep, SignedIn
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import places, settings
from eventmail.offices import service as offices
from eventmail.offices.models import Mailbox, Membership, Office, Role, Staff
from eventmail.offices.permissions import Action, Actor
from eventmail.offices.setting_models import Proposal
from eventmail.proposals import service as proposals
from eventmail.proposals.roles import ROLES
from eventmail.staffmail import service as staffmail

TOKEN = 32  # bytes: 256 bits
VALID_FOR = timedelta(hours=72)
NO_LOGIN = said("ユーザー名を、半角の英数字と「.」「-」「_」で入力してください（100文字以内）。")
NO_NAME = said("氏名を入力してください（100文字以内）。")
NO_ROLE = said("役割をひとつ以上選んでください。")
INVITED_AS = said("招待のリンクを作るときに、この役割が選ばれました。")
proposals.OWN_REASONS.append(INVITED_AS)
USED_UP = said(
    "このリンクは使えません。期限が切れたか、使い終わったか、取り消されています。"
    "所の管理者に、新しいリンクを依頼してください。"
)
INACTIVE = said("職員「{name}」は利用を止められているため、リンクを作れません。")
ELSEWHERE = said(
    "職員「{name}」はほかの所でも働いているか、システムの担当もしているため、"
    "この所だけではパスワードを決め直せません。"
    "システムの管理者に依頼してください。"
)
ONESELF = said("自分のパスワードは「自分のアカウント」の画面で変えてください。")
OVER = said("このリンクは、もう使えなくなっています。")
NOBODY_ELSE = said(
    "この所には、役割を認められる職員がほかにいないため、招待できません。"
    "システムの管理者に依頼してください。"
)


@dataclass(frozen=True, slots=True)
class Invitee:
    """Who is to come: how he signs in, his name, what he is to do, and perhaps his address."""

    login: str
    name: str
    roles: Collection[Role]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A new link. ``token`` is nowhere else. ``waits``: the roles wait for a second person."""

    invitation: Invitation
    staff: Staff
    token: str
    waits: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A link taken up. ``found`` is None where no role is confirmed yet: nothing to sign in to."""

    staff: Staff
    found: SignedIn | SecondStep | None


def invite(
    session: Session,
    actor: Actor | None,
    office: Office,
    wanted: Invitee,
    domains: Collection[str] = (),
    by: int | None = None,
) -> Made:
    """Make a person and his link; the roles are proposed by the actor, for another to confirm.

    ``actor`` is None at the command line, and for an administrator: ``by``, whose right the caller
    has asked for. ``domains``: where staff may have addresses besides the office's own.
    """
    if actor is not None:
        actor.require(Action.MANAGE_STAFF)
        if actor.office.id != office.id:
            raise NotFound
    _require_plain(wanted)
    staff = offices.add_person(session, office, wanted.login, wanted.name, None)
    if wanted.address.strip():
        own = _domains_of(session, office.id)
        staffmail.set_address(session, staff, wanted.address, own | set(domains))
    waits = _give_roles(session, actor, office, staff, wanted.roles)
    return make_link(session, actor.id if actor else by, office, staff, waits)


def reset(session: Session, actor: Actor | None, staff: Staff) -> Made:
    """A link by which a person of the actor's office sets a new password; older links end.

    ``actor`` is None at the command line, for anybody.
    """
    if actor is not None:
        _require_own_person(session, actor, staff)
    office = session.get(Office, _office_of(session, staff)) if actor is None else actor.office
    if not staff.active:
        raise UserError(INACTIVE.format(name=staff.name))
    return make_link(session, actor.id if actor else None, office, staff)


def revoke(session: Session, actor: Actor, invitation_id: int) -> Invitation:
    """Take a link back that was not taken up."""
    actor.require(Action.MANAGE_STAFF)
    query = sa.select(Invitation).where(
        Invitation.id == invitation_id, Invitation.office_id == actor.office.id
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound
    if found.taken_at is not None or found.revoked_at is not None:
        raise UserError(OVER)
    found.revoked_at = clock.now()
    _audit(session, "invitation.revoked", found, actor.id)
    return found


def open_invitations(session: Session, office_id: int) -> Sequence[Invitation]:
    """The office's links that can still be taken up, newest first."""
    query = sa.select(Invitation).where(Invitation.office_id == office_id, _is_open())
    return session.scalars(query.order_by(Invitation.id.desc())).all()


def find(session: Session, token: str, *, lock: bool = False) -> tuple[Invitation, Staff]:
    """The link of a token and its person; :class:`UserError` if it cannot be taken up (any more).

    Whoever takes it up locks it, so that two who do so at once come one by one.
    """
    query = sa.select(Invitation).where(
        Invitation.token_digest == sessions.digest_of(token), _is_open()
    )
    query = query.execution_options(populate_existing=True)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise UserError(USED_UP)
    staff = session.get_one(Staff, found.staff_id)
    if not staff.active or new_offices.is_too_late(session, found):
        raise UserError(USED_UP)
    return found, staff


def take_up(session: Session, token: str, password: str, origin: Origin) -> Taken:
    """Set the password that the person chose, end the link and what he had open, and sign in."""
    found, staff = find(session, token, lock=True)
    fault = password_fault(session, staff, password)
    if fault:
        raise UserError(fault)
    staff.password_hash = passwords.hashed(password)
    found.taken_at = clock.now()
    session.flush()
    sessions.end_all(session, staff.id, Ending.PASSWORD)
    _audit(session, "invitation.taken_up", found, staff.id)
    _end_late_ones(session, found.office_id)
    entered = signing_in.enter(session, staff, origin) if places.anywhere(staff) else None
    return Taken(staff, entered)


def _end_late_ones(session: Session, office_id: int | None) -> None:
    """Links from outside that nobody can take up any more are shown to nobody as open."""
    for each in open_invitations(session, office_id) if office_id is not None else ():
        if new_offices.is_too_late(session, each):
            each.revoked_at = clock.now()


def end_links(session: Session, staff_id: int) -> None:
    """No link that lies about sets this person's password any more."""
    query = sa.select(Invitation).where(Invitation.staff_id == staff_id, _is_open())
    for each in session.scalars(query.with_for_update()):
        each.revoked_at = clock.now()


def password_fault(session: Session, staff: Staff, password: str) -> str:
    """The sentence why this person cannot have this password; empty if he can."""
    offices_of = sa.select(Office.name).join(Membership, Membership.office_id == Office.id)
    names = session.scalars(offices_of.where(Membership.staff_id == staff.id)).all()
    return password_rules.fault(password, (staff.login, staff.name, *names))


def make_link(
    session: Session,
    by: int | None,
    office: Office | None,
    staff: Staff,
    waits: Proposal | None = None,
) -> Made:
    """A new link for somebody, made by whoever was found to have the right; older links end."""
    now, token = clock.now(), secrets.token_urlsafe(TOKEN)
    end_links(session, staff.id)
    made = Invitation(
        office_id=office.id if office else None,
        staff_id=staff.id,
        is_reset=staff.password_hash != passwords.UNUSABLE,
        token_digest=sessions.digest_of(token),
        made_by=by,
        made_at=now,
        expires_at=now + VALID_FOR,
    )
    session.add(made)
    session.flush()
    _audit(session, "invitation.made", made, by)
    return Made(made, staff, token, waits)


def _give_roles(
    session: Session, actor: Actor | None, office: Office, staff: Staff, roles: Iterable[Role]
) -> Proposal | None:
    """Another person confirms them. The command line alone gives them, during the setting up.

    A manager who is left as the only one must not make the second one up.
    """
    wanted = sorted({each.value for each in roles})
    if settings.is_being_set_up(session, office.id):
        if actor is not None:
            raise UserError(NOBODY_ELSE)
        settings.set_up(session, office.id, "roles", wanted, str(staff.id))
        return None
    return proposals.propose(session, actor, ROLES.at(office.id, str(staff.id)), wanted, INVITED_AS)


def _require_plain(wanted: Invitee) -> None:
    plain = (
        wanted.login.isascii() and wanted.login.translate({ord(c): "a" for c in ".-_"}).isalnum()
    )
    if not plain or len(wanted.login) > 100:
        raise UserError(NO_LOGIN)
    if not wanted.name.strip() or len(wanted.name) > 100:
        raise UserError(NO_NAME)
    if not wanted.roles:
        raise UserError(NO_ROLE)


def _require_own_person(session: Session, actor: Actor, staff: Staff) -> None:
    """Nobody takes over somebody who has rights beyond the office, or sets his own so."""
    actor.require(Action.MANAGE_STAFF)
    here = {each.office_id for each in staff.memberships} or set(_invited_to(session, staff))
    if actor.office.id not in here:
        raise NotFound
    if actor.id == staff.id:
        raise UserError(ONESELF)
    if here - {actor.office.id} or staff.administrator or staff.oversight:
        raise UserError(ELSEWHERE.format(name=staff.name))


def _invited_to(session: Session, staff: Staff) -> Sequence[int]:
    """Where somebody is to work whose roles are not confirmed yet."""
    query = sa.select(Invitation.office_id).where(Invitation.staff_id == staff.id)
    return [each for each in session.scalars(query) if each is not None]


def _office_of(session: Session, staff: Staff) -> int:
    """The first office of a person, or where he is invited to; 0 for none."""
    ids = [each.office_id for each in staff.memberships] or _invited_to(session, staff)
    return min(ids, default=0)


def _domains_of(session: Session, office_id: int) -> set[str]:
    boxes = session.scalars(sa.select(Mailbox).where(Mailbox.office_id == office_id))
    return {each.email.domain for each in boxes}


def _is_open() -> sa.ColumnElement[bool]:
    return sa.and_(
        Invitation.taken_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.now(),
    )


def _audit(session: Session, action: str, about: Invitation, by: int | None) -> None:
    record(
        session,
        action,
        f"invitation:{about.id}",
        office_id=about.office_id,
        staff_id=by,
        person=about.staff_id,
        reset=about.is_reset,
    )
