"""Bureaus, offices and those who stand outside them. Shows no event, mailing or participant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import passwords
from eventmail.accounts.new_offices import at_work
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import service as offices
from eventmail.offices.models import Bureau, BureauMembership, Membership, Office, Role, Staff
from eventmail.offices.permissions import Action, allows, refusal, standings
from eventmail.offices.settings import CONFIRMERS, ENOUGH

HOLD_MINUTES = 5  # a new office begins on the safe side
NO_NAME = said("名前を入力してください。")
TOO_LONG = said("名前は200文字以内で入力してください。")
LONGEST = 200
Node = TypeVar("Node", Bureau, Office)


@dataclass(frozen=True, slots=True)
class Line:
    """One office: how many serve in it, manage it, or are invited to manage it, and whether there
    is anything in it yet.
    """

    id: int
    name: str
    staff: int
    managers: int
    invited: int
    confirmers: int
    is_at_work: bool

    @property
    def is_new(self) -> bool:
        """Whether the administrator may see to its first manager."""
        return not self.is_at_work

    @property
    def has_room(self) -> bool:
        """Whether another one may be invited: no two are there or invited who could decide."""
        return self.is_new and self.confirmers < ENOUGH


@dataclass(frozen=True, slots=True)
class Branch:
    """One bureau, its offices, and the names of those who oversee it."""

    id: int
    name: str
    offices: list[Line]
    overseers: list[str]
    count: int  # of all its offices, of which ``offices`` may be some


def require(staff: Staff) -> None:
    """Raise :class:`Forbidden` for whoever does not administer the installation."""
    if not allows(Action.ADMINISTER, standings(staff)):
        raise refusal(Action.ADMINISTER)


def tree(session: Session) -> list[Branch]:
    """All bureaus with their offices, by name."""
    lines: dict[int, list[Line]] = {}
    for row in session.execute(_lines()):
        lines.setdefault(row[0], []).append(Line(*row[1:]))
    seen = (
        sa.select(BureauMembership.bureau_id, Staff.name)
        .join(Staff, Staff.id == BureauMembership.staff_id)
        .where(Staff.active)
        .order_by(Staff.name)
    )
    overseers: dict[int, list[str]] = {}
    for bureau_id, name in session.execute(seen):
        overseers.setdefault(bureau_id, []).append(name)
    return [
        Branch(each.id, each.name, offices, overseers.get(each.id, []), len(offices))
        for each in session.scalars(sa.select(Bureau).order_by(Bureau.name))
        for offices in [lines.get(each.id, [])]
    ]


def page_of(branches: Sequence[Branch], wanted: int, size: int) -> tuple[list[Branch], int, int]:
    """Those with the offices of one page, in the same order; its number, and how many there are.

    A bureau without offices counts as one. A page beyond the last is the last.
    """
    heights = [max(1, each.count) for each in branches]
    pages = max(1, -(-sum(heights) // size))
    page, at, found = min(wanted, pages), 0, []
    start, end = (page - 1) * size, page * size
    for each, height in zip(branches, heights, strict=True):
        if at < end and at + height > start:
            offices = each.offices[max(0, start - at) : end - at]
            found.append(replace(each, offices=offices))
        at += height
    return found, page, pages


def line(session: Session, office_id: int) -> Line:
    """One office as the tree shows it; raises :class:`NotFound`."""
    found = session.execute(_lines().where(Office.id == office_id)).one_or_none()
    if found is None:
        raise NotFound
    return Line(*found[1:])


def administrators(session: Session) -> list[Staff]:
    """Those who administer the installation, by name."""
    query = sa.select(Staff).where(Staff.administrator, Staff.active).order_by(Staff.name)
    return list(session.scalars(query))


def add_bureau(session: Session, by: Staff, name: str) -> Bureau:
    """Make a bureau. Raises :class:`UserError` if it is there already."""
    require(by)
    bureau = Bureau(name=_unused(session, Bureau, name))
    session.add(bureau)
    session.flush()
    record(session, "bureau.added", f"bureau:{bureau.id}", staff_id=by.id)
    return bureau


def add_office(session: Session, by: Staff, bureau_id: int, name: str) -> Office:
    """Make an office in a bureau; its sendings wait, and its first copies are looked at by hand."""
    require(by)
    bureau = _found(session, Bureau, bureau_id)
    office = offices.add_office(session, bureau.name, _unused(session, Office, name))
    offices.set_sending(session, office, HOLD_MINUTES, None)
    return office


def rename_bureau(session: Session, by: Staff, bureau_id: int, name: str) -> Bureau:
    """Give a bureau another name."""
    require(by)
    bureau = _found(session, Bureau, bureau_id)
    before, bureau.name = bureau.name, _unused(session, Bureau, name, but=bureau_id)
    record(
        session, "bureau.renamed", f"bureau:{bureau_id}", staff_id=by.id, before=before, after=name
    )
    return bureau


def rename_office(session: Session, by: Staff, office_id: int, name: str) -> Office:
    """Give an office another name; what was sent keeps the sender that it had."""
    require(by)
    office = _found(session, Office, office_id)
    before, office.name = office.name, _unused(session, Office, name, but=office_id)
    record(
        session,
        "office.renamed",
        f"office:{office_id}",
        office_id=office_id,
        staff_id=by.id,
        before=before,
        after=name,
    )
    return office


def make_administrator(session: Session, staff: Staff, *, by: int | None = None) -> None:
    """Let somebody administer the installation; nobody gets into an office by it."""
    staff.administrator = True
    session.flush()
    record(session, "staff.administrator_made", f"staff:{staff.id}", staff_id=by)


def make_overseer(session: Session, staff: Staff, bureau: Bureau, *, by: int | None = None) -> None:
    """Let somebody see the figures of a bureau's offices."""
    if bureau.id not in {each.bureau_id for each in staff.oversight}:
        staff.oversight.append(BureauMembership(bureau_id=bureau.id))
    session.flush()
    record(session, "staff.overseer_made", f"staff:{staff.id}", staff_id=by, bureau=bureau.id)


def bureau_named(session: Session, name: str) -> Bureau:
    """The bureau of that name; raises :class:`UserError` naming it if there is none."""
    bureau = session.scalar(sa.select(Bureau).where(Bureau.name == name))
    if bureau is None:
        raise UserError(
            said("労働局「{name}」は登録されていません。先に局と所を登録してください。", name=name)
        )
    return bureau


def _lines() -> sa.Select[int, int, str, int, int, int, int, bool]:
    knows_password = Staff.password_hash != passwords.UNUSABLE

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        those = sa.case((sa.and_(Staff.active, *conditions), Membership.staff_id))
        return sa.func.count(sa.distinct(those))

    manages = Membership.role == Role.MANAGER
    return (
        sa.select(
            Office.bureau_id,
            Office.id,
            Office.name,
            count(),
            count(manages, knows_password),
            count(manages, ~knows_password),
            count(Membership.role.in_(CONFIRMERS)),
            at_work(Office.id),
        )
        .outerjoin(Membership, Membership.office_id == Office.id)
        .outerjoin(Staff, Staff.id == Membership.staff_id)
        .group_by(Office.id)
        .order_by(Office.name)
    )


def _found(session: Session, kind: type[Node], number: int) -> Node:
    found = session.get(kind, number, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def _unused(session: Session, kind: type[Bureau] | type[Office], name: str, *, but: int = 0) -> str:
    if not name:
        raise UserError(NO_NAME)
    if len(name) > LONGEST:
        raise UserError(TOO_LONG)
    if session.scalar(sa.select(kind.id).where(kind.name == name, kind.id != but)):
        raise UserError(
            said("「{name}」はすでに登録されています。ほかの名前にしてください。", name=name)
        )
    return name
