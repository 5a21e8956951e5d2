"""Reminders by mail: one to a person about all that is open for him, at most one a day.

What is open is for each room to say; when a mail is wanted, and to whom one can go, is here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database, insert_new
from eventmail.offices.models import Mailbox, Membership, Staff
from eventmail.staffmail.models import fresh

BEFORE = timedelta(days=1)
FROM, TO = 8, 19  # nobody is told at night
Open = sa.Select[int, int, Any, datetime]  # office, person, last day, since when


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder that was made: on which day, and when exactly."""

    day: date
    at: datetime


def is_wanted(
    today: date,
    due_on: date,
    asked_at: datetime,
    told: Iterable[Told],
    before: timedelta = BEFORE,
) -> bool:
    """Whether something open asks for a mail today: when it is new, from ``before`` its last
    day, and once when that is over. A reminder tells of all that was open when it was made.
    """
    days = [(each.day, each.at >= asked_at) for each in told]
    if today in dict(days):
        return False
    since = [day for day, of_this in days if of_this]
    if today > due_on:
        return not any(day > due_on for day in since)
    if today >= due_on - before:
        return not any(day >= due_on - before for day in since)
    return not since


def note(database: Database, table: Any, what_is_open: Open, before: timedelta = BEFORE) -> None:
    """Queue today's reminders in a table of :class:`Daily` rows.

    ``what_is_open``: office, person, last day, and since when, of whatever is open for anybody.
    """
    if not FROM <= clock.in_tokyo(clock.now()).hour < TO:
        return
    with database.reading() as session:
        people = _asked_for(session, table, what_is_open, before)
    if not people:
        return
    with database.writing() as session:
        for office_id, staff_id in sorted(people):
            values = fresh(office_id, staff_id) | {"day": clock.today()}
            insert_new(session, table, values)


def reached(row: Any) -> tuple[Any, ...]:
    """Whether the person of a row (Staff must be joined) serves, has an address and wants
    notices, where the office can write to him.
    """
    serves = sa.exists().where(
        Membership.office_id == row.office_id, Membership.staff_id == row.staff_id
    )
    can_write = sa.exists().where(Mailbox.office_id == row.office_id)
    return serves, can_write, Staff.active, Staff.notices, Staff.address.is_not(None)


def _asked_for(
    session: Session, table: Any, what_is_open: Open, before: timedelta
) -> set[tuple[int, int]]:
    told: dict[tuple[int, int], list[Told]] = {}
    for office_id, staff_id, day, at in session.execute(
        sa.select(table.office_id, table.staff_id, table.day, table.made_at)
    ):
        told.setdefault((office_id, staff_id), []).append(Told(day, at))
    return {
        (office_id, staff_id)
        for office_id, staff_id, due_on, asked_at in session.execute(what_is_open)
        if is_wanted(clock.today(), due_on, asked_at, told.get((office_id, staff_id), []), before)
    }
