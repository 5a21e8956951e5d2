"""How far it is: numbers by office, and the manager's list by person."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Asked
from eventmail.errors import NotFound
from eventmail.language import said
from eventmail.offices.models import Membership, Staff
from eventmail.offices.permissions import Action, Actor
from eventmail.training.models import Assignment, Confirmation, Result, TrainingTask

LATELY = timedelta(days=366)  # what was done longer ago is not counted any more


@dataclass(frozen=True, slots=True)
class Count:
    """How many were asked, have done it, and are late. Leavers do not count."""

    assigned: int = 0
    done: int = 0
    overdue: int = 0

    @property
    def open(self) -> int:
        """Those not done, late or not."""
        return self.assigned - self.done


class Fate(enum.StrEnum):
    """How one person's task stands."""

    OVERDUE = "overdue"
    FAILED = "failed"
    OPEN = "open"
    DONE = "done"
    CONFIRMED = "confirmed"
    GONE = "gone"  # he serves here no more


FATE_NAMES = {
    Fate.OVERDUE: said("期限を過ぎています"),
    Fate.FAILED: said("もう一度受けます"),
    Fate.OPEN: said("まだです"),
    Fate.DONE: said("済み（確認待ち）"),
    Fate.CONFIRMED: said("確認済み"),
    Fate.GONE: said("対象外（異動・退職）"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of an assignment."""

    task: TrainingTask
    name: str
    fate: Fate

    @property
    def result(self) -> Result | None:
        """The result that counts."""
        return self.task.standing


def fate_of(task: TrainingTask, serves: bool = True) -> Fate:
    """How a task stands today."""
    found = task.standing
    if found is not None and found.passed:
        return Fate.CONFIRMED if found.confirmation else Fate.DONE
    if not serves:
        return Fate.GONE
    if task.assignment.due_on < clock.today():
        return Fate.OVERDUE
    return Fate.FAILED if found else Fate.OPEN


def by_office(session: Session, office_ids: Collection[int]) -> dict[int, Count]:
    """The figures of some offices, in one query."""
    return _counts(session, Assignment.office_id.in_(office_ids), TrainingTask.office_id)


def overdue(session: Session, office_ids: Collection[int]) -> dict[int, int]:
    """How many tasks are late, by office, in one query."""
    found = by_office(session, office_ids)
    return {office_id: each.overdue for office_id, each in found.items() if each.overdue}


def of_office(session: Session, office_id: int) -> dict[int, Count]:
    """The figures of each assignment of an office."""
    return _counts(
        session, Assignment.office_id == office_id, TrainingTask.assignment_id, ever=True
    )


def orders(session: Session, office_ids: Collection[int]) -> list[tuple[list[Assignment], Count]]:
    """What overseers assigned to these offices, newest first: one entry for what was assigned at
    once, with all its offices' figures together.
    """
    query = (
        sa.select(Assignment)
        .where(Assignment.office_id.in_(office_ids), Assignment.overseer_id.is_not(None))
        .order_by(Assignment.id.desc())
    )
    found: dict[tuple[str, str], list[Assignment]] = {}
    for each in session.scalars(query):
        found.setdefault((each.batch, each.sort), []).append(each)
    counts = _counts(
        session, Assignment.office_id.in_(office_ids), TrainingTask.assignment_id, ever=True
    )
    return [
        (made, _sum([counts.get(each.id, Count()) for each in made])) for made in found.values()
    ]


def assignments(session: Session, actor: Actor) -> list[tuple[Assignment, Count]]:
    """The office's assignments for its manager, newest first."""
    actor.require(Action.MANAGE_TRAINING)
    counts = of_office(session, actor.office.id)
    query = sa.select(Assignment).where(Assignment.office_id == actor.office.id)
    found = session.scalars(query.order_by(Assignment.id.desc()))
    return [(each, counts.get(each.id, Count())) for each in found]


def assignment(session: Session, actor: Actor, assignment_id: int) -> Assignment:
    """One of them; anything else is not found."""
    actor.require(Action.MANAGE_TRAINING)
    found = session.get(Assignment, assignment_id)
    if found is None or found.office_id != actor.office.id:
        raise NotFound
    return found


def lines(session: Session, made: Assignment) -> list[Line]:
    """Who of an assignment has done it, what waits for the manager first."""
    query = (
        sa.select(TrainingTask, Staff, _serves())
        .join(Staff, Staff.id == TrainingTask.staff_id)
        .where(TrainingTask.assignment_id == made.id)
        .order_by(Staff.name, Staff.id)
    )
    found = [
        Line(task, staff.name, fate_of(task, serves))
        for task, staff, serves in session.execute(query)
    ]
    order = list(Fate)
    return sorted(found, key=lambda each: order.index(each.fate))


def unconfirmed(session: Session, actor: Actor) -> list[tuple[Assignment, int]]:
    """For a manager: the assignments of which others' results wait for him, and how many."""
    if not actor.may(Action.MANAGE_TRAINING):
        return []
    query = query_unconfirmed(actor.office.id, actor.id).order_by(Assignment.id)
    return [(made, count) for made, count in session.execute(query)]


def query_unconfirmed(office_id: Asked, manager_id: Asked) -> sa.Select[Assignment, int]:
    """The same for an office and its manager."""
    seen = sa.exists().where(
        Confirmation.result_id == Result.id, Result.task_id == TrainingTask.id, Result.passed
    )
    return (
        sa.select(Assignment, sa.func.count())
        .join(TrainingTask, TrainingTask.assignment_id == Assignment.id)
        .where(TrainingTask.office_id == office_id, TrainingTask.staff_id != manager_id)
        .where(is_done(), ~seen)
        .group_by(Assignment.id)
    )


def late_tasks(session: Session, office_id: int, staff_id: int) -> list[int]:
    """The ids of somebody's late tasks in an office, the one that is late the longest first."""
    query = (
        sa.select(TrainingTask.id)
        .join(Assignment, Assignment.id == TrainingTask.assignment_id)
        .where(TrainingTask.office_id == office_id, TrainingTask.staff_id == staff_id, is_late())
        .order_by(Assignment.due_on, TrainingTask.id)
    )
    return list(session.scalars(query))


def is_done() -> sa.ColumnElement[bool]:
    """Whether a task was filled in, or passed."""
    return sa.exists().where(Result.task_id == TrainingTask.id, Result.passed)


def is_late() -> sa.ColumnElement[bool]:
    """Whether a task's last day is over and it is not done; the assignment must be joined."""
    return sa.and_(~is_done(), Assignment.due_on < clock.today())


def _serves() -> sa.ColumnElement[bool]:
    """Whether the person (who must be joined) is still asked."""
    has_role = sa.exists().where(
        Membership.office_id == TrainingTask.office_id,
        Membership.staff_id == TrainingTask.staff_id,
    )
    return sa.and_(Staff.active, has_role)


def _counts(
    session: Session, where: sa.ColumnElement[bool], by: Any, *, ever: bool = False
) -> dict[int, Count]:
    done, late = (sa.case((each, 1), else_=0) for each in (is_done(), is_late()))
    each = (
        sa.select(by.label("place"), done.label("done"), late.label("late"))
        .join(Assignment, Assignment.id == TrainingTask.assignment_id)
        .join(Staff, Staff.id == TrainingTask.staff_id)
        .where(where, _serves())
    )
    if not ever:
        lately = Assignment.due_on >= clock.today() - LATELY
        each = each.where(sa.or_(lately, ~is_done()))
    found = each.subquery()
    query = sa.select(
        found.c.place, sa.func.count(), sa.func.sum(found.c.done), sa.func.sum(found.c.late)
    ).group_by(found.c.place)
    return {place: Count(*map(int, numbers)) for place, *numbers in session.execute(query)}


def _sum(counts: Collection[Count]) -> Count:
    return Count(
        sum(each.assigned for each in counts),
        sum(each.done for each in counts),
        sum(each.overdue for each in counts),
    )
