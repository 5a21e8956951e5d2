"""What the tests of training share: to assign, to answer well or badly, to look."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.offices.permissions import Actor
from eventmail.training import service
from eventmail.training.models import Assignment, Purpose, TrainingTask
from eventmail.training.papers import Sort, paper
from eventmail.training.service import Wanted
from tests.guards import leave_only

CHECKLIST, TEST = Sort.CHECKLIST, Sort.TEST


def wanted(*sorts: Sort, days: int = 7, purpose: Purpose = Purpose.REGULAR) -> Wanted:
    """These papers, due in so many days."""
    return Wanted(frozenset(sorts), purpose, clock.today() + timedelta(days=days))


def assign(
    database: Database, manager: Actor, *sorts: Sort, to: Actor | None = None, days: int = 7
) -> None:
    """The manager assigns, to one person or to everybody."""
    with database.writing() as session:
        ids = None if to is None else [to.id]
        service.assign(session, manager, wanted(*sorts, days=days), ids)


def tasks(database: Database, actor: Actor) -> list[TrainingTask]:
    """What a person was asked."""
    with database.reading() as session:
        return service.own_tasks(session, actor)


def good(sort: Sort) -> dict[str, str]:
    """Answers with which anybody is content."""
    return {each.id: each.right or "yes" for each in paper(sort).questions}


def bad(sort: Sort) -> dict[str, str]:
    """Answers that show what is to be mended."""
    return {each.id: _wrong(each.right) for each in paper(sort).questions}


def _wrong(right: str | None) -> str:
    return "no" if right is None else str((int(right) + 1) % 3)


def answer(database: Database, actor: Actor, answers: dict[str, str], task_id: int = 0) -> int:
    """Answer a task, the person's first if none is named; the result's id."""
    found = task_id or tasks(database, actor)[0].id
    with database.writing() as session:
        return service.take(session, actor, found, answers).id


def count(database: Database, table: str) -> int:
    """How many rows a table has."""
    with database.reading() as session:
        return session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0


def overdue_since(database: Database, days: int) -> None:
    """As if everything had been due so many days ago."""
    leave_only(database, "training_assignments", "replaced")
    with database.writing() as session:
        for each in session.scalars(sa.select(Assignment)):
            each.due_on = clock.today() - timedelta(days=days)
