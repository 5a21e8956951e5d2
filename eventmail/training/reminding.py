"""Reminders by mail: one to a person about all that is open for him, at most one a day."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Staff
from eventmail.staffmail import daily
from eventmail.staffmail.sending import Letter, Sort
from eventmail.training import wording
from eventmail.training.figures import is_done
from eventmail.training.models import Assignment, Purpose, Reminder, TrainingTask
from eventmail.training.papers import paper


def note(database: Database) -> None:
    """Queue today's reminders."""
    daily.note(database, Reminder, _open_tasks())


def _open_tasks() -> daily.Open:
    return (
        sa.select(
            TrainingTask.office_id, TrainingTask.staff_id, Assignment.due_on, Assignment.made_at
        )
        .join(Assignment, Assignment.id == TrainingTask.assignment_id)
        .join(Staff, Staff.id == TrainingTask.staff_id)
        .where(~is_done(), *daily.reached(TrainingTask))
    )


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
