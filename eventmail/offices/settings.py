"""The settings that one person alone cannot change: where each is stored, and what changed them.

Every change is first written into ``setting_changes`` and then made; the database refuses to store
what no such row says. This module knows only how; who may is asked by ``eventmail/proposals/``,
but for the one rule of setting up an office (:func:`set_up`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Asked
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.models import Bureau, Mailbox, Membership, Office, Role, Staff
from eventmail.offices.setting_models import Basis, SettingChange

Value = Any  # whatever JSON can say
CONFIRMERS = (Role.MANAGER, Role.APPROVER)
ENOUGH = 2
IS_SET_UP = said(
    "この所には設定の変更を認められる職員が{count}人いるため、ひとりでは変更できません。"
    "変更の提案をして、別の職員に認めてもらってください。"
)


@dataclass(frozen=True, slots=True)
class Store:
    """Where the values of a kind lie: how to read the one of an office and subject, and put it."""

    read: Callable[[Session, int, str], Value]
    put: Callable[[Session, int, str, Value], None]


def canonical(value: Value) -> str:
    """The one text of a value; the triggers of migration 0012 write the very same."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def confirmers(session: Session, office_id: int | None) -> list[Staff]:
    """The people who may confirm a change of this office's settings (None: of any office)."""
    here = Membership.office_id == office_id if office_id is not None else sa.true()
    works = Staff.memberships.any(sa.and_(Membership.role.in_(CONFIRMERS), here))
    query = sa.select(Staff).where(Staff.active, works)
    return list(session.scalars(query.order_by(Staff.id)))


def is_being_set_up(session: Session, office_id: int) -> bool:
    """Whether there are not yet two people of whom one could propose and another confirm."""
    return len(confirmers(session, office_id)) < ENOUGH


def set_up(session: Session, office_id: int, kind: str, after: Value, subject: str = "") -> None:
    """The administrator decides alone, as long as the office is being set up.

    Raises :class:`UserError` once two people could: from then on it takes both.
    """
    lock(session, office_id)
    store = STORES[kind]
    before = store.read(session, office_id, subject)
    if canonical(before) == canonical(after):
        return
    count = len(confirmers(session, office_id))
    if count >= ENOUGH:
        raise UserError(IS_SET_UP.format(count=count))
    write(
        session,
        SettingChange(
            office_id=office_id,
            kind=kind,
            subject=subject,
            before=canonical(before),
            after=canonical(after),
            basis=Basis.SETUP,
        ),
    )
    store.put(session, office_id, subject, after)


def write(session: Session, change: SettingChange) -> SettingChange:
    """Write a change down; only then can it be made."""
    change.at = clock.now()
    session.add(change)
    session.flush()
    return change


def lock(session: Session, office_id: int | None) -> None:
    """Changes of one office's settings come one after the other; so do the installation's."""
    query = (
        sa.select(Office.id).where(Office.id == office_id)
        if office_id is not None
        else sa.select(Bureau.id).order_by(Bureau.id).limit(1)
    )
    session.execute(query.with_for_update())


def latest(
    session: Session, office_id: int | None, kind: str, subject: str = ""
) -> SettingChange | None:
    """The change that made a setting what it is; None where nobody ever changed it."""
    query = _latest(of_an_office=office_id is not None)
    return session.scalar(query, {"office": office_id, "kind": kind, "subject": subject})


@lru_cache(maxsize=2)
def _latest(*, of_an_office: bool) -> sa.Select[SettingChange]:
    """Built once: building it takes longer than asking it, and every page asks it."""
    office: Asked = sa.bindparam("office")
    query = sa.select(SettingChange).where(
        SettingChange.office_id == office if of_an_office else SettingChange.office_id.is_(None),
        SettingChange.kind == sa.bindparam("kind"),
        SettingChange.subject == sa.bindparam("subject"),
    )
    return query.order_by(SettingChange.id.desc()).limit(1)


def newest(session: Session, office_id: int | None) -> dict[tuple[str, str], SettingChange]:
    """The same of all that was ever changed in an office, by kind and subject, in one query."""
    last = (
        sa.select(sa.func.max(SettingChange.id))
        .where(SettingChange.office_id == office_id)
        .group_by(SettingChange.kind, SettingChange.subject)
    )
    found = session.scalars(sa.select(SettingChange).where(SettingChange.id.in_(last)))
    return {(each.kind, each.subject): each for each in found}


def _office(session: Session, office_id: int) -> Office:
    return session.get_one(Office, office_id, populate_existing=True)


def _read_batches(session: Session, office_id: int, _subject: str) -> Value:
    office = _office(session, office_id)
    return {"allowed": office.batches_allowed, "size": office.batch_size}


def _put_batches(session: Session, office_id: int, _subject: str, after: Value) -> None:
    office = _office(session, office_id)
    office.batches_allowed, office.batch_size = after["allowed"], after["size"]
    session.flush()


def _column(name: str) -> Store:
    """A setting that is one column of the office."""

    def read(session: Session, office_id: int, _subject: str) -> Value:
        return getattr(_office(session, office_id), name)

    def put(session: Session, office_id: int, _subject: str, after: Value) -> None:
        setattr(_office(session, office_id), name, after)
        session.flush()

    return Store(read, put)


def mailbox_at(session: Session, office_id: int, address: str) -> Mailbox | None:
    """The office's mailbox of that address."""
    query = sa.select(Mailbox).where(Mailbox.office_id == office_id, Mailbox.address == address)
    return session.scalar(query.execution_options(populate_existing=True))


def _read_mailbox(session: Session, office_id: int, address: str) -> Value:
    found = mailbox_at(session, office_id, address)
    return {"name": found.name} if found else None


def _put_mailbox(session: Session, office_id: int, address: str, after: Value) -> None:
    found = mailbox_at(session, office_id, address)
    if after is None and found is not None:
        session.delete(found)
    elif found is not None:
        found.name = after["name"]
    elif after is not None:
        session.add(Mailbox(office_id=office_id, name=after["name"], address=address))
    session.flush()


def _read_roles(session: Session, office_id: int, staff_id: str) -> Value:
    query = sa.select(Membership.role).where(
        Membership.office_id == office_id, Membership.staff_id == int(staff_id)
    )
    return sorted(role.value for role in session.scalars(query))


def _put_roles(session: Session, office_id: int, staff_id: str, after: Value) -> None:
    before = set(_read_roles(session, office_id, staff_id))
    for role in sorted(set(after) - before):
        session.add(Membership(staff_id=int(staff_id), office_id=office_id, role=Role(role)))
    gone = before - set(after)
    query = sa.select(Membership).where(
        Membership.office_id == office_id,
        Membership.staff_id == int(staff_id),
        Membership.role.in_([Role(role) for role in gone]),
    )
    for membership in session.scalars(query).all() if gone else ():
        session.delete(membership)
    session.flush()
    session.refresh(session.get_one(Staff, int(staff_id)), ["memberships"])


STORES: dict[str, Store] = {
    "batches": Store(_read_batches, _put_batches),
    "hold": _column("hold_minutes"),
    "first_copy": _column("first_copy_minutes"),
    "mailbox": Store(_read_mailbox, _put_mailbox),
    "roles": Store(_read_roles, _put_roles),
}
