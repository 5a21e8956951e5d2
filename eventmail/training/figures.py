"""How far it is: numbers by office, and the manager's list by person."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

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

    def __add__(self, other: Count) -> Count:
        return Count(
            self.assigned + other.assigned, self.done + other.done, self.overdue + other.overdue
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A bureau's offices in figures, and its orders: one entry for what was assigned at once, with
    all its offices' figures together.
    """

    by_office: dict[int, Count]
    orders: list[tuple[list[Assignment], Count]]


@dataclass(frozen=True, slots=True)
class _Part:
    """One assignment in figures."""

    assignment_id: int
    office_id: int
    due_on: date
    count: Count


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
    return _by_office(_parts(session, office_ids))


def overdue(session: Session, office_ids: Collection[int]) -> dict[int, int]:
    """How many tasks are late, by office, in one query."""
    found = by_office(session, office_ids)
    return {office_id: each.overdue for office_id, each in found.items() if each.overdue}


def of_office(session: Session, office_id: int) -> dict[int, Count]:
    """The figures of each assignment of an office."""
    return {each.assignment_id: each.count for each in _parts(session, [office_id])}


def of_bureau(session: Session, office_ids: Collection[int]) -> Sheet:
    """How far these offices are, and what overseers assigned to them, newest first."""
    parts = _parts(session, office_ids)
    query = (
        sa.select(Assignment)
        .where(Assignment.office_id.in_(office_ids), Assignment.overseer_id.is_not(None))
        .order_by(Assignment.id.desc())
    )
    found: dict[tuple[str, str], list[Assignment]] = {}
    for each in session.scalars(query):
        found.setdefault((each.batch, each.sort), []).append(each)
    counts = {each.assignment_id: each.count for each in parts}
    orders = [
        (made, sum((counts.get(each.id, Count()) for each in made), Count()))
        for made in found.values()
    ]
    return Sheet(_by_office(parts), orders)


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


def _by_office(parts: Collection[_Part]) -> dict[int, Count]:
    """Of what was due long ago only what is still open is counted."""
    found: dict[int, Count] = {}
    since = clock.today() - LATELY
    for each in parts:
        count = each.count
        if each.due_on < since:
            count = Count(count.open, 0, count.overdue)
        found[each.office_id] = found.get(each.office_id, Count()) + count
    return found


def _parts(session: Session, office_ids: Collection[int]) -> list[_Part]:
    """Each assignment of these offices, in one query.

    What is not done is late as soon as the assignment's last day is over. The results are chosen
    by their office as well: else those of all offices are gone through.
    """
    passed = sa.select(Result.task_id).where(Result.passed, Result.office_id.in_(office_ids))
    done = passed.group_by(Result.task_id).subquery()
    each = (
        sa.select(
            TrainingTask.assignment_id,
            sa.func.count().label("assigned"),
            sa.func.count(done.c.task_id).label("done"),
        )
        .outerjoin(done, done.c.task_id == TrainingTask.id)
        .join(Staff, Staff.id == TrainingTask.staff_id)
        .where(TrainingTask.office_id.in_(office_ids), _serves())
        .group_by(TrainingTask.assignment_id)
        .subquery()
    )
    query = sa.select(
        Assignment.id, Assignment.office_id, Assignment.due_on, each.c.assigned, each.c.done
    ).join(each, each.c.assignment_id == Assignment.id)
    today = clock.today()
    return [
        _Part(
            number, office_id, due_on, Count(asked, ended, asked - ended if due_on < today else 0)
        )
        for number, office_id, due_on, asked, ended in session.execute(query)
    ]
