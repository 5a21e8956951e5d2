"""What an office has already. Asked of the rows each time; no mark of progress is kept anywhere."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import passwords
from eventmail.accounts.new_offices import at_work
from eventmail.audit.models import AuditEntry
from eventmail.events.models import Event
from eventmail.offices.models import Mailbox, Membership, Office, Role, Staff
from eventmail.offices.setting_models import SettingChange
from eventmail.offices.settings import CONFIRMERS, ENOUGH
from eventmail.outbox.models import Dispatch
from eventmail.relays.service import KIND as RELAY
from eventmail.setup.trying import TAKEN

NEEDED = (Role.MANAGER, Role.AUTHOR, Role.CHECKER, Role.APPROVER)


class Step(enum.StrEnum):
    """What it takes, in this order."""

    OFFICE = "office"
    RELAY = "relay"
    MAILBOX = "mailbox"
    PEOPLE = "people"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Facts:
    """One office. ``has_sent``: a mailing of it was started, so all of this is behind it.

    ``is_at_work``: it decides for itself, and nobody from outside any more. ``confirmers``: who
    could decide on settings, come or invited; ``arrived``: those of them who can sign in.
    ``there``: the roles of those who can.
    """

    id: int
    name: str
    has_sent: bool
    is_at_work: bool
    relay_tried: bool
    has_mailbox: bool
    has_event: bool
    confirmers: int
    arrived: int
    given: frozenset[Role]
    there: frozenset[Role]

    @property
    def done(self) -> frozenset[Step]:
        """The steps that the rows show to be done."""
        told = {
            Step.OFFICE: True,
            Step.RELAY: self.relay_tried,
            Step.MAILBOX: self.has_mailbox,
            Step.PEOPLE: not self.missing and self.arrived >= ENOUGH,
            Step.EVENT: self.has_event,
        }
        return frozenset(step for step, done in told.items() if done)

    @property
    def is_over(self) -> bool:
        """Whether nothing of the first installation is left."""
        return self.has_sent or self.done == set(Step)

    @property
    def missing(self) -> tuple[Role, ...]:
        """The roles that nobody who can sign in has."""
        return tuple(role for role in NEEDED if role not in self.there)

    @property
    def uninvited(self) -> tuple[Role, ...]:
        """The roles that nobody has, come or not."""
        return tuple(role for role in NEEDED if role not in self.given)

    @property
    def is_open(self) -> bool:
        """Whether the administrator may still choose its relay and its mailbox."""
        return not self.is_at_work and self.confirmers < ENOUGH


def of(session: Session, office_id: int) -> Facts | None:
    """The facts of one office; None if there is no such office."""
    return next(iter(_found(session, Office.id == office_id)), None)


def unfinished(session: Session) -> list[Facts]:
    """The offices whose first installation is not over, the newest first."""
    return [each for each in _found(session, ~_sent()) if not each.is_over]


def _found(session: Session, condition: sa.ColumnElement[bool]) -> list[Facts]:
    query = sa.select(
        Office.id,
        Office.name,
        _sent().label("has_sent"),
        at_work(Office.id).label("is_at_work"),
        _tried().label("relay_tried"),
        sa.exists().where(Mailbox.office_id == Office.id).label("has_mailbox"),
        sa.exists().where(Event.office_id == Office.id).label("has_event"),
        _confirmers().label("confirmers"),
        _confirmers(Staff.password_hash != passwords.UNUSABLE).label("arrived"),
        *(column for role in NEEDED for column in _held(role)),
    )
    rows = session.execute(query.where(condition).order_by(Office.id.desc()))
    return [_facts(row._mapping) for row in rows]


def _facts(row: Any) -> Facts:
    plain = ("id", "name", "has_sent", "is_at_work", "relay_tried", "has_mailbox", "has_event")
    return Facts(
        **{each: row[each] for each in plain},
        confirmers=row["confirmers"],
        arrived=row["arrived"],
        given=frozenset(role for role in NEEDED if row[f"given_{role.value}"]),
        there=frozenset(role for role in NEEDED if row[f"there_{role.value}"]),
    )


def _sent() -> sa.ColumnElement[bool]:
    return sa.exists().where(Dispatch.office_id == Office.id)


def _tried() -> sa.ColumnElement[bool]:
    """A test mail was taken, and the relay is still the one that took it."""
    since = sa.exists().where(
        SettingChange.office_id == Office.id,
        SettingChange.kind == RELAY,
        SettingChange.at > AuditEntry.at,
    )
    return sa.exists().where(
        AuditEntry.office_id == Office.id,
        AuditEntry.action == TAKEN,
        ~since.correlate_except(SettingChange),
    )


def _confirmers(*more: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(sa.distinct(Membership.staff_id)))
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.office_id == Office.id, Membership.role.in_(CONFIRMERS))
        .where(Staff.active, *more)
        .correlate(Office)
        .scalar_subquery()
    )


def _held(role: Role) -> tuple[sa.Label[bool], sa.Label[bool]]:
    """Whether anybody has a role, and whether one of them can sign in."""
    given = sa.exists().where(
        Membership.office_id == Office.id,
        Membership.role == role,
        Staff.id == Membership.staff_id,
        Staff.active,
    )
    there = given.where(Staff.password_hash != passwords.UNUSABLE)
    return given.label(f"given_{role.value}"), there.label(f"there_{role.value}")
