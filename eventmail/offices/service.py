"""Offices, their mailboxes and staff."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import password_rules, passwords
from eventmail.addresses import AddressError, EmailAddress
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices import deputies, holding, places, settings
from eventmail.offices.models import (
    Bureau,
    Mailbox,
    Office,
    Role,
    Staff,
)
from eventmail.offices.permissions import Action, Actor, refusal


def add_office(session: Session, bureau: str, name: str) -> Office:
    """Make an office (and its bureau, where new). Raises :class:`UserError` if it is there."""
    if session.scalar(sa.select(Office).where(Office.name == name)):
        raise UserError(said("所「{name}」はすでに登録されています。", name=name))
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
        raise UserError(
            said("所「{name}」は登録されていません。先に所を登録してください。", name=name)
        )
    return office


def set_batches(session: Session, office: Office, allowed: bool, size: int) -> None:
    """Let an office's mailings go out as BCC一括, ``size`` (1–100) recipients at once, or not.

    Taken back, it also stops what was written in that mode, and what has not left of it.
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
        raise UserError(
            said(
                "アドレス「{address}」を登録できません。{message}",
                address=address,
                message=error.message,
            )
        ) from error
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


def add_person(
    session: Session, office: Office | None, login: str, name: str, password: str | None
) -> Staff:
    """Make a member of staff who may do nothing yet: the roles are decided by two people.

    Without a password nobody can sign in as him until an invitation is taken up.
    """
    fault = password_rules.fault(password, _words_of(login, name, office)) if password else ""
    if fault or password == "":
        raise UserError(fault or password_rules.EMPTY)
    if session.scalar(sa.select(Staff).where(Staff.login == login)):
        raise UserError(said("ユーザー名「{login}」はすでに使われています。", login=login))
    staff = Staff(
        login=login,
        name=name,
        password_hash=passwords.hashed(password) if password else passwords.UNUSABLE,
        memberships=[],
    )
    session.add(staff)
    session.flush()
    office_id = office.id if office else None
    record(session, "staff.added", f"staff:{staff.id}", office_id=office_id)
    return staff


def _words_of(login: str, name: str, office: Office | None) -> tuple[str, ...]:
    """What somebody who knows the person would try first."""
    return (login, name, office.name) if office else (login, name)


def actor_of(session: Session, staff: Staff, chosen: int | None = None) -> Actor:
    """The person at work in the chosen office, else in the one that he last chose.

    Raises :class:`Forbidden` for somebody who serves in no office.
    """
    office_id = places.at_work(session, staff, chosen)
    if office_id is None:
        raise refusal(Action.SEE)
    stands_in = deputies.standing_in(session, office_id, staff.id)
    lent = frozenset({Action.APPROVE}) if stands_in else frozenset[Action]()
    holds_on = holding.holds_on(session, staff, office_id)
    return Actor(staff, session.get_one(Office, office_id), lent, holds_on)


def staff_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names behind ids, for showing who did what."""
    wanted = set(ids)
    query = sa.select(Staff.id, Staff.name).where(Staff.id.in_(wanted))
    return {staff_id: name for staff_id, name in session.execute(query)} if wanted else {}


def mailboxes(session: Session, office_id: int) -> list[Mailbox]:
    """The office's own mailboxes, oldest first."""
    query = sa.select(Mailbox).where(Mailbox.office_id == office_id).order_by(Mailbox.id)
    return list(session.scalars(query))
