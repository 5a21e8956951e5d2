"""Offices, their mailboxes and staff, and signing in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import AddressError, EmailAddress
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.offices import deputies, settings
from eventmail.offices.models import (
    Bureau,
    Mailbox,
    Office,
    Role,
    SignInFailure,
    Staff,
)
from eventmail.offices.permissions import Action, Actor

HASHER = PasswordHasher()  # argon2id with the library's defaults (RFC 9106, low memory)
SHORTEST_PASSWORD = 15  # NIST SP 800-63B-4: fifteen characters where it is the only factor
FAILURES_ALLOWED = 10
FAILURES_WITHIN = timedelta(minutes=15)
# Verified when the login is unknown, so that both answers take the same time.
_NOBODY = HASHER.hash("nobody has this password")

WRONG = "ユーザー名またはパスワードが違います。"
WRONG_CONFIRMATION = "パスワードが違います。ご自分のパスワードを、もう一度入力してください。"
TOO_MANY_CONFIRMATIONS = "パスワードの誤りが続いたため、15分ほど待ってからもう一度お試しください。"
TOO_MANY = "サインインの失敗が続いたため、15分ほど待ってからもう一度お試しください。"


def add_office(session: Session, bureau: str, name: str) -> Office:
    """Make an office (and its bureau, where new). Raises :class:`UserError` if it is there."""
    if session.scalar(sa.select(Office).where(Office.name == name)):
        raise UserError(f"所「{name}」はすでに登録されています。")
    parent = session.scalar(sa.select(Bureau).where(Bureau.name == bureau)) or Bureau(name=bureau)
    session.add(parent)
    session.flush()
    office = Office(bureau_id=parent.id, name=name)
    session.add(office)
    session.flush()
    record(session, "office.added", f"office:{office.id}", office_id=office.id)
    return office


def office_named(session: Session, name: str) -> Office:
    """The office of that name; raises :class:`UserError` naming it if there is none."""
    office = session.scalar(sa.select(Office).where(Office.name == name))
    if office is None:
        raise UserError(f"所「{name}」は登録されていません。先に所を登録してください。")
    return office


def set_batches(session: Session, office: Office, allowed: bool, size: int) -> None:
    """Let an office's mailings go out as BCC一括, ``size`` (1–100) recipients at once, or not.

    Taken back, it also stops what was written or approved in that mode and has not begun.
    Only while the office is being set up (:func:`settings.set_up`).
    """
    settings.set_up(session, office.id, "batches", {"allowed": allowed, "size": size})
    record(
        session,
        "office.batches_set",
        f"office:{office.id}",
        office_id=office.id,
        allowed=allowed,
        size=size,
    )


def set_sending(
    session: Session, office: Office, hold_minutes: int, first_copy_minutes: int | None
) -> None:
    """How long an office's sendings wait after approval (minutes, at most a day), and how long the
    rest waits for the first copy to be looked at; None: until somebody says that it is right.
    Only while the office is being set up (:func:`settings.set_up`).
    """
    settings.set_up(session, office.id, "hold", hold_minutes)
    settings.set_up(session, office.id, "first_copy", first_copy_minutes)
    record(
        session,
        "office.sending_set",
        f"office:{office.id}",
        office_id=office.id,
        hold_minutes=hold_minutes,
        first_copy_minutes=first_copy_minutes,
    )


def add_mailbox(session: Session, office: Office, name: str, address: str) -> Mailbox:
    """Give an office one more mailbox of its own. Raises :class:`UserError` for a bad address.

    Only while the office is being set up (:func:`settings.set_up`).
    """
    try:
        email = EmailAddress.parse(address)
    except AddressError as error:
        raise UserError(f"アドレス「{address}」を登録できません。{error.message}") from error
    settings.set_up(session, office.id, "mailbox", {"name": name}, str(email))
    mailbox = settings.mailbox_at(session, office.id, str(email))
    assert mailbox is not None
    record(session, "mailbox.added", f"mailbox:{mailbox.id}", office_id=office.id)
    return mailbox


def add_staff(
    session: Session, office: Office, login: str, name: str, password: str, roles: Iterable[Role]
) -> Staff:
    """Make a member of staff with roles in one office. The password is kept as argon2id.

    The roles only while the office is being set up (:func:`settings.set_up`).
    """
    staff = add_person(session, office, login, name, password)
    settings.set_up(session, office.id, "roles", sorted({r.value for r in roles}), str(staff.id))
    return staff


def add_person(session: Session, office: Office, login: str, name: str, password: str) -> Staff:
    """Make a member of staff who may do nothing yet: the roles are decided by two people."""
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(f"パスワードは{SHORTEST_PASSWORD}文字以上にしてください。")
    if session.scalar(sa.select(Staff).where(Staff.login == login)):
        raise UserError(f"ユーザー名「{login}」はすでに使われています。")
    staff = Staff(login=login, name=name, password_hash=HASHER.hash(password), memberships=[])
    session.add(staff)
    session.flush()
    record(session, "staff.added", f"staff:{staff.id}", office_id=office.id)
    return staff


def sign_in(session: Session, login: str, password: str) -> Staff | str:
    """The person whose login and password these are, or the one sentence to show instead.

    Unknown and wrong are answered alike and in the same time; too many failures of one login
    within a quarter of an hour are answered before the password is looked at.
    """
    if _failures(session, login) >= FAILURES_ALLOWED:
        return TOO_MANY
    staff: Staff | None = session.scalar(sa.select(Staff).where(Staff.login == login))
    if not _verifies(staff.password_hash if staff else _NOBODY, password) or staff is None:
        return _refused(session, login)
    if not staff.active or not staff.memberships:
        return _refused(session, login)
    if HASHER.check_needs_rehash(staff.password_hash):
        staff.password_hash = HASHER.hash(password)
    session.execute(sa.delete(SignInFailure).where(SignInFailure.login == login))
    record(session, "staff.signed_in", f"staff:{staff.id}", staff_id=staff.id)
    return staff


def actor_of(session: Session, staff: Staff) -> Actor:
    """The person at work in the first office that he serves."""
    office_id = min(membership.office_id for membership in staff.memberships)
    stands_in = deputies.standing_in(session, office_id, staff.id)
    lent = frozenset({Action.APPROVE}) if stands_in else frozenset[Action]()
    return Actor(staff, session.get_one(Office, office_id), lent)


def confirm(session: Session, staff: Staff, password: str) -> str:
    """The sentence to show unless it is this person's password, entered once more.

    Counted and slowed down together with the failures to sign in: nobody guesses faster here.
    """
    if _failures(session, staff.login) >= FAILURES_ALLOWED:
        return TOO_MANY_CONFIRMATIONS
    if not password or not _verifies(staff.password_hash, password):
        _refused(session, staff.login)
        return WRONG_CONFIRMATION
    session.execute(sa.delete(SignInFailure).where(SignInFailure.login == staff.login))
    return ""


def find_staff(session: Session, staff_id: int) -> Staff | None:
    """The person of a signed session, while active."""
    staff = session.get(Staff, staff_id)
    return staff if staff is not None and staff.active and staff.memberships else None


def staff_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names behind ids, for showing who did what."""
    rows = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(set(ids))))
    return {staff_id: name for staff_id, name in rows}


def mailboxes(session: Session, office_id: int) -> list[Mailbox]:
    """The office's own mailboxes, oldest first."""
    query = sa.select(Mailbox).where(Mailbox.office_id == office_id).order_by(Mailbox.id)
    return list(session.scalars(query))


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _failures(session: Session, login: str) -> int:
    since = clock.now() - FAILURES_WITHIN
    query = sa.select(sa.func.count()).where(
        SignInFailure.login == login[:100], SignInFailure.at > since
    )
    return session.scalar(query) or 0


def _refused(session: Session, login: str) -> str:
    session.add(SignInFailure(login=login[:100], at=clock.now()))
    return WRONG
