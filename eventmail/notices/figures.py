"""Who has read what: numbers for the bureau, names for the office's manager."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer, lazyload

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


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent at once to several offices. ``notice`` is one of them: all say the same."""

    notice: Notice
    offices: int
    count: Count


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a bureau sent, and of what holds the figures by office."""

    sent: list[Sent]
    by_office: dict[int, Count]


@dataclass(frozen=True, slots=True)
class _Told:
    """One notice to one office, in figures."""

    id: int
    office_id: int
    batch: str
    holds: bool
    count: Count


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


def of_bureau(session: Session, office_ids: Collection[int]) -> Sheet:
    """What these offices got, newest first, by one look at who has read what."""
    batches: dict[str, list[_Told]] = {}
    by_office: dict[int, Count] = {}
    here = Notice.office_id.in_(office_ids)
    for each in _told(session, here, _of_offices(office_ids)):
        batches.setdefault(each.batch, []).append(each)
        if each.holds:
            by_office[each.office_id] = by_office.get(each.office_id, Count()) + each.count
    notices = _by_id(session, [made[0].id for made in batches.values()])
    sent = [
        Sent(notices[made[0].id], len(made), sum((each.count for each in made), Count()))
        for made in batches.values()
    ]
    return Sheet(sent, by_office)


def of_notices(session: Session, ids: Collection[int]) -> dict[int, Count]:
    """The figures of some notices, in one query."""
    counts = _counts(NoticeRecipient.notice_id.in_(ids))
    return {each.id: each.count for each in _told(session, Notice.id.in_(ids), counts)}


def unread(session: Session, office_ids: Collection[int]) -> dict[int, int]:
    """How much of what holds is unread, by office."""
    read = sa.exists().where(
        NoticeReading.recipient_id == NoticeRecipient.id, NoticeReading.office_id.in_(office_ids)
    )
    query = (
        sa.select(NoticeRecipient.office_id, sa.func.count())
        .join(Notice, Notice.id == NoticeRecipient.notice_id)
        .join(Staff, Staff.id == NoticeRecipient.staff_id)
        .where(NoticeRecipient.office_id.in_(office_ids), ~read, holds(), _serves())
        .group_by(NoticeRecipient.office_id)
    )
    return {office_id: count for office_id, count in session.execute(query)}


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


def _by_id(session: Session, ids: Collection[int]) -> dict[int, Notice]:
    query = sa.select(Notice).where(Notice.id.in_(ids))
    found = session.scalars(query.options(defer(Notice.text), lazyload(Notice.office)))
    return {each.id: each for each in found}


def _told(session: Session, which: sa.ColumnElement[bool], counts: sa.Subquery) -> Iterator[_Told]:
    """What is unread of a notice that holds is late as soon as its last day is over."""
    stands = sa.case((holds(), 1), else_=0)
    query = (
        sa.select(
            *(Notice.id, Notice.office_id, Notice.batch, Notice.due_on),
            *(stands, counts.c.asked, counts.c.read),
        )
        .outerjoin(counts, counts.c.notice_id == Notice.id)
        .where(which)
        .order_by(Notice.id.desc())
    )
    today = clock.today()
    for notice_id, office_id, batch, due_on, valid, asked, read in session.execute(query):
        over = valid and due_on is not None and due_on < today
        count = Count(asked or 0, read or 0)
        late = count.unread if over else 0
        yield _Told(notice_id, office_id, batch, bool(valid), replace(count, late=late))


def _of_offices(office_ids: Collection[int]) -> sa.Subquery:
    """The readings by their office as well: else those of all offices are gone through."""
    return _counts(
        NoticeRecipient.office_id.in_(office_ids), NoticeReading.office_id.in_(office_ids)
    )


def _counts(asked: sa.ColumnElement[bool], *read: sa.ColumnElement[bool]) -> sa.Subquery:
    """Of each notice: how many of those who serve were asked, and how many have read it."""
    own = sa.and_(NoticeReading.recipient_id == NoticeRecipient.id, *read)
    return (
        sa.select(
            NoticeRecipient.notice_id,
            sa.func.count().label("asked"),
            sa.func.count(NoticeReading.recipient_id).label("read"),
        )
        .outerjoin(NoticeReading, own)
        .join(Staff, Staff.id == NoticeRecipient.staff_id)
        .where(asked, _serves())
        .group_by(NoticeRecipient.notice_id)
        .subquery()
    )
