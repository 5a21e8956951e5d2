"""Since when a sending stands still that could go on: not what it waited for by its own plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox import standing
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind
from tests.guards import drop_guard
from tests.outbox import hands

DAYS, HOURS, MINUTE, SECOND = (
    timedelta(days=3),
    timedelta(hours=3),
    timedelta(minutes=1),
    timedelta(seconds=1),
)


@dataclass
class Course:
    """How long ago the mails were due, the sending began, the rest was let go, a mail left."""

    due: timedelta = DAYS
    begun: timedelta | None = None
    released: timedelta | None = None
    left: timedelta | None = None
    also: Callable[[Session, Snapshot], object] = field(default=lambda session, snapshot: None)


def paused(session: Session, snapshot: Snapshot) -> None:
    session.execute(sa.update(Dispatch).values(paused_at=clock.now()))


def stopped(session: Session, snapshot: Snapshot) -> None:
    session.execute(sa.update(Office).values(stopped_at=clock.now()))


def halted(session: Session, snapshot: Snapshot) -> None:
    session.execute(sa.update(Mailing).values(state=MailingState.HALTED))


def locked(session: Session, snapshot: Snapshot) -> None:
    sendlock.lock(session, LockKind.RESTORED, "a backup")


def first_copy_taken(session: Session, snapshot: Snapshot) -> None:
    taken = sa.update(Delivery).where(Delivery.first_copy).values(state=DeliveryState.ACCEPTED)
    session.execute(taken)


COURSES: dict[str, tuple[Course, timedelta | None]] = {
    "planned for three days, and begun a minute ago": (Course(begun=MINUTE), MINUTE),
    "planned for later": (Course(begun=-MINUTE), None),
    "let go just now": (Course(released=SECOND), SECOND),
    "at a slow pace, and one left a second ago": (Course(released=DAYS, left=SECOND), SECOND),
    "nothing has moved for three hours": (Course(begun=DAYS, released=DAYS, left=HOURS), HOURS),
    "nothing has ever left": (Course(due=HOURS), HOURS),
    "a person has to look at the first copy": (Course(also=first_copy_taken), None),
    "locked": (Course(released=DAYS, also=locked), None),
    "paused": (Course(released=DAYS, also=paused), None),
    "the office is stopped": (Course(released=DAYS, also=stopped), None),
    "halted": (Course(released=DAYS, also=halted), None),
    "not due yet": (Course(due=-MINUTE), None),
}


@pytest.mark.parametrize("name", COURSES)
def test_one_sending(name: str, database: Database, approved: Snapshot) -> None:
    course, ago = COURSES[name]
    now = clock.now()
    drop_guard(database, "attempts", "rewritten")  # a mail left longer ago than this test is old
    with database.writing() as session:
        set_to(session, approved.id, course, now)
        course.also(session, approved)
    with database.reading() as session:
        assert standing.waiting_since(session) == (None if ago is None else now - ago)


def set_to(session: Session, snapshot_id: int, course: Course, now: datetime) -> None:
    def ago(span: timedelta | None) -> datetime | None:
        return None if span is None else now - span

    session.execute(sa.update(Delivery).values(due_at=now - course.due))
    times = {"starts_at": ago(course.begun), "released_at": ago(course.released)}
    session.execute(sa.update(Dispatch).values(**times))
    if course.left is not None:
        _leaves(session, snapshot_id, now - course.left)


def _leaves(session: Session, snapshot_id: int, at: datetime) -> None:
    (taken,) = hands.claim(session, snapshot_id, "w", 1)
    attempt = hands.hand_over(session, taken, "w")
    session.execute(sa.update(Attempt).where(Attempt.id == attempt.id).values(handed_over_at=at))
    hands.settle(session, attempt, DeliveryState.ACCEPTED, 250, "ok")
