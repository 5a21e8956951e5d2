"""Reminders by mail: one to a person about all that is open for him, at most one a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database, insert_new
from eventmail.offices import service as offices
from eventmail.offices.models import Mailbox, Membership, Office, Staff
from eventmail.staffmail.models import NoticeState
from eventmail.staffmail.sending import Letter, Sort
from eventmail.training import wording
from eventmail.training.figures import is_done
from eventmail.training.models import Assignment, Purpose, Reminder, TrainingTask
from eventmail.training.papers import paper

BEFORE = timedelta(days=1)
FROM, TO = 8, 19  # nobody is told at night


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder that was made: on which day, and when exactly."""

    day: date
    at: datetime


def is_wanted(today: date, due_on: date, assigned_at: datetime, told: Iterable[Told]) -> bool:
    """Whether an open task asks for a mail today: when it is new, from the day before its last
    day, and once when that is over. A reminder tells of all that was open when it was made.
    """
    days = [(each.day, each.at >= assigned_at) for each in told]
    if today in dict(days):
        return False
    since = [day for day, of_this in days if of_this]
    if today > due_on:
        return not any(day > due_on for day in since)
    if today >= due_on - BEFORE:
        return not any(day >= due_on - BEFORE for day in since)
    return not since


def note(database: Database) -> None:
    """Queue today's reminders."""
    if not FROM <= clock.in_tokyo(clock.now()).hour < TO:
        return
    with database.reading() as session:
        people = _asked_for(session, clock.today())
    if not people:
        return
    with database.writing() as session:
        for office_id, staff_id in sorted(people):
            _queue(session, office_id, staff_id)


def _asked_for(session: Session, today: date) -> set[tuple[int, int]]:
    told: dict[tuple[int, int], list[Told]] = {}
    for office_id, staff_id, day, at in session.execute(
        sa.select(Reminder.office_id, Reminder.staff_id, Reminder.day, Reminder.made_at)
    ):
        told.setdefault((office_id, staff_id), []).append(Told(day, at))
    return {
        (office_id, staff_id)
        for office_id, staff_id, due_on, made_at in session.execute(_open_tasks())
        if is_wanted(today, due_on, made_at, told.get((office_id, staff_id), []))
    }


def _open_tasks() -> sa.Select[int, int, date, datetime]:
    """Of those who serve, have an address and want notices, where the office can write to them."""
    serves = sa.exists().where(
        Membership.office_id == TrainingTask.office_id,
        Membership.staff_id == TrainingTask.staff_id,
    )
    can_write = sa.exists().where(Mailbox.office_id == TrainingTask.office_id)
    return (
        sa.select(
            TrainingTask.office_id, TrainingTask.staff_id, Assignment.due_on, Assignment.made_at
        )
        .join(Assignment, Assignment.id == TrainingTask.assignment_id)
        .join(Staff, Staff.id == TrainingTask.staff_id)
        .where(~is_done(), serves, can_write)
        .where(Staff.active, Staff.notices, Staff.address.is_not(None))
    )


def _queue(session: Session, office_id: int, staff_id: int) -> None:
    now = clock.now()
    values = {
        "office_id": office_id,
        "staff_id": staff_id,
        "day": clock.today(),
        "made_at": now,
        "state": NoticeState.QUEUED,
        "due_at": now,
        "attempts": 0,
        "token": secrets.token_hex(16),
        "reply": "",
    }
    insert_new(session, Reminder, values)


def _says(session: Session, reminder_id: int, staff: Staff, url: str) -> Letter | None:
    """Everything that is open when the mail is made; None if by then nothing is."""
    reminder = session.get_one(Reminder, reminder_id)
    boxes = offices.mailboxes(session, reminder.office_id)
    query = (
        sa.select(Assignment)
        .join(TrainingTask, TrainingTask.assignment_id == Assignment.id)
        .where(TrainingTask.office_id == reminder.office_id, TrainingTask.staff_id == staff.id)
        .where(~is_done())
        .order_by(Assignment.due_on, Assignment.id)
    )
    left = session.scalars(query).all()
    if not left or not boxes:
        return None
    office = session.get_one(Office, reminder.office_id)
    tasks = [(_called(each), each.due_on) for each in left]
    text = wording.body(office.name, staff.name, tasks, clock.today(), url)
    return Letter(boxes[0], wording.subject(len(tasks)), text)


def _called(made: Assignment) -> str:
    urgent = "【緊急】" if made.purpose is Purpose.URGENT else ""
    return f"{urgent}{paper(made.sort, made.edition).title}"


REMINDERS = Sort(Reminder, _says)
