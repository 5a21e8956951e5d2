"""Who has read what: numbers for the bureau, names for the office's manager."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer

from eventmail import clock
from eventmail.language import said
from eventmail.notices.models import Notice, NoticeReading, NoticeRecipient, NoticeWithdrawal
from eventmail.offices.models import Membership, Staff


@dataclass(frozen=True, slots=True)
class Count:
    """How many were asked, have read it, and are late. Leavers do not count."""

    asked: int = 0
    read: int = 0
    late: int = 0

    @property
    def unread(self) -> int:
        """Those who have not said that they read it, late or not."""
        return self.asked - self.read

    def __add__(self, other: Count) -> Count:
        return Count(self.asked + other.asked, self.read + other.read, self.late + other.late)


class State(enum.StrEnum):
    """How it stands with one person, what is to be seen to first."""

    LATE = "late"
    UNREAD = "unread"
    READ = "read"
    NEEDLESS = "needless"  # it was withdrawn or corrected before he read it
    GONE = "gone"  # he serves here no more


STATE_NAMES = {
    State.LATE: said("期限を過ぎています"),
    State.UNREAD: said("まだです"),
    State.READ: said("読みました"),
    State.NEEDLESS: said("確認は不要です"),
    State.GONE: said("対象外（異動・退職）"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person who was asked."""

    name: str
    state: State
    reading: NoticeReading | None


def state_of(notice: Notice, asked: NoticeRecipient, serves: bool = True) -> State:
    """How it stands today."""
    if asked.reading is not None:
        return State.READ
    if not serves:
        return State.GONE
    if not notice.holds:
        return State.NEEDLESS
    late = notice.due_on is not None and notice.due_on < clock.today()
    return State.LATE if late else State.UNREAD


def lines(session: Session, notice: Notice) -> list[Line]:
    """Who was asked, whoever has not read it first."""
    query = (
        sa.select(NoticeRecipient, Staff.name, sa.case((_serves(), 1), else_=0))
        .join(Staff, Staff.id == NoticeRecipient.staff_id)
        .where(NoticeRecipient.notice_id == notice.id)
        .order_by(Staff.name, Staff.id)
    )
    found = [
        Line(name, state_of(notice, asked, bool(serves)), asked.reading)
        for asked, name, serves in session.execute(query)
    ]
    order = list(State)
    return sorted(found, key=lambda each: order.index(each.state))


def sent(session: Session, office_ids: Collection[int]) -> list[tuple[list[Notice], Count]]:
    """What these offices got, newest first: one entry for what was sent at once."""
    query = sa.select(Notice).where(Notice.office_id.in_(office_ids)).order_by(Notice.id.desc())
    found: dict[str, list[Notice]] = {}
    for each in session.scalars(query.options(defer(Notice.text))):
        found.setdefault(each.batch, []).append(each)
    here = NoticeRecipient.office_id.in_(office_ids)
    counts = _counts(session, here, NoticeRecipient.notice_id)
    return [
        (made, sum((counts.get(each.id, Count()) for each in made), Count()))
        for made in found.values()
    ]


def of_notices(session: Session, ids: Collection[int]) -> dict[int, Count]:
    """The figures of some notices, in one query."""
    return _counts(session, NoticeRecipient.notice_id.in_(ids), NoticeRecipient.notice_id)


def by_office(session: Session, office_ids: Collection[int]) -> dict[int, Count]:
    """The figures of what holds, by office, in one query."""
    where = sa.and_(NoticeRecipient.office_id.in_(office_ids), holds())
    return _counts(session, where, NoticeRecipient.office_id)


def unread(session: Session, office_ids: Collection[int]) -> dict[int, int]:
    """How much of what holds is unread, by office."""
    found = by_office(session, office_ids)
    return {office_id: each.unread for office_id, each in found.items() if each.unread}


def is_read() -> sa.ColumnElement[bool]:
    """Whether a recipient has said that he read it."""
    return sa.exists().where(NoticeReading.recipient_id == NoticeRecipient.id)


def holds() -> sa.ColumnElement[bool]:
    """Whether a notice (which must be joined) is neither withdrawn nor corrected."""
    mends = aliased(Notice)
    withdrawn = sa.exists().where(NoticeWithdrawal.notice_id == Notice.id)
    corrected = sa.exists().where(mends.corrects_id == Notice.id)
    return sa.and_(~withdrawn, ~corrected)


def _serves() -> sa.ColumnElement[bool]:
    has_role = sa.exists().where(
        Membership.office_id == NoticeRecipient.office_id,
        Membership.staff_id == NoticeRecipient.staff_id,
    )
    return sa.and_(Staff.active, has_role)


def _counts(session: Session, where: sa.ColumnElement[bool], by: Any) -> dict[int, Count]:
    read = NoticeReading.recipient_id.is_not(None)  # joined: looked for once, for both figures
    late = sa.and_(~read, holds(), Notice.due_on < clock.today())
    found = (
        sa.select(
            by.label("place"),
            sa.case((read, 1), else_=0).label("read"),
            sa.case((late, 1), else_=0).label("late"),
        )
        .join(Notice, Notice.id == NoticeRecipient.notice_id)
        .outerjoin(NoticeReading, NoticeReading.recipient_id == NoticeRecipient.id)
        .join(Staff, Staff.id == NoticeRecipient.staff_id)
        .where(where, _serves())
    ).subquery()
    query = sa.select(
        found.c.place, sa.func.count(), sa.func.sum(found.c.read), sa.func.sum(found.c.late)
    ).group_by(found.c.place)
    return {place: Count(*map(int, numbers)) for place, *numbers in session.execute(query)}
