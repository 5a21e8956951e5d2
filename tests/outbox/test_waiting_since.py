"""Since when a sending stands still that could go on: not what it waited for by its own plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, sample
from eventmail.database import Database
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox import standing
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.sample import People
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind
from tests.guards import drop_guard
from tests.mailings import journey
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


# Of two sendings.
SEVERAL: dict[str, tuple[Course, Course, timedelta]] = {
    "neither has moved": (Course(due=HOURS), Course(due=DAYS), DAYS),
    "the one that is due longer has moved": (
        *(Course(released=DAYS, left=SECOND), Course(due=HOURS)),
        HOURS,
    ),
    "the one that is due longer has moved, yet is the slower": (
        *(Course(released=DAYS, left=HOURS), Course(due=MINUTE)),
        HOURS,
    ),
    "both have moved": (
        *(Course(released=DAYS, left=MINUTE), Course(released=HOURS, left=SECOND)),
        MINUTE,
    ),
}


@pytest.fixture(params=[0, standing.LATEST])
def latest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few of the latest mails are looked at first, the answer is the same."""
    monkeypatch.setattr(standing, "LATEST", request.param)


@pytest.mark.usefixtures("latest")
@pytest.mark.parametrize("name", SEVERAL)
def test_of_several_the_one_that_has_stood_longest(
    name: str, database: Database, approved: Snapshot, people: People
) -> None:
    *courses, ago = SEVERAL[name]
    other, now = _another(database, people), clock.now()
    drop_guard(database, "attempts", "rewritten")
    with database.writing() as session:
        for snapshot_id, course in zip((approved.id, other), courses, strict=True):
            set_to(session, snapshot_id, course, now)
    with database.reading() as session:
        assert standing.waiting_since(session) == now - ago


def _another(database: Database, people: People) -> int:
    """One more approved mailing, of another event."""
    with database.writing() as session:
        event = sample.make_event(session, people.author)
        mailing = sample.draft_letter(session, people.author, event)
    snapshot = journey.submit(database, people, mailing.id, answering=True)
    journey.check(database, people, mailing.id)
    journey.approve(database, people, mailing.id)
    return snapshot.id


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

    own = Delivery.snapshot_id == snapshot_id
    session.execute(sa.update(Delivery).where(own).values(due_at=now - course.due))
    times = {"starts_at": ago(course.begun), "released_at": ago(course.released)}
    dispatch = sa.update(Dispatch).where(Dispatch.snapshot_id == snapshot_id)
    session.execute(dispatch.values(**times))
    if course.left is not None:
        _leaves(session, snapshot_id, now - course.left)


def _leaves(session: Session, snapshot_id: int, at: datetime) -> None:
    (taken,) = hands.claim(session, snapshot_id, "w", 1)
    attempt = hands.hand_over(session, taken, "w")
    session.execute(sa.update(Attempt).where(Attempt.id == attempt.id).values(handed_over_at=at))
    hands.settle(session, attempt, DeliveryState.ACCEPTED, 250, "ok")
