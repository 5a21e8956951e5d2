"""What counts now, as SQL: each company's newest answer, and conditions on contacts by it.

An answer is a company's own, whichever of its contacts gave it; a confirmation is a contact's.
Each condition only takes contacts away, so a mailing's audience can use it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventmail.answers.models import Answer, Attendance, ContactMark
from eventmail.events.models import Contact


def is_newest() -> sa.ColumnElement[bool]:
    """Whether an answer is the newest of its company."""
    later = aliased(Answer)
    return ~sa.exists().where(
        later.participant_id == Answer.participant_id,
        later.number > Answer.number,
    )


def newest_of(event_id: int) -> sa.CTE:
    """The newest answer of each company of an event, found in one walk over its answers."""
    numbered = (
        sa.select(
            *(Answer.id, Answer.participant_id, Answer.attendance, Answer.people),
            sa.func.row_number()
            .over(partition_by=Answer.participant_id, order_by=Answer.number.desc())
            .label("back"),
        )
        .where(Answer.event_id == event_id)
        .subquery()
    )
    columns = [each for each in numbered.c if each.name != "back"]
    return (
        sa.select(*columns)
        .where(numbered.c.back == 1)
        .cte("newest")
        .prefix_with("MATERIALIZED", dialect="postgresql")  # once, not company by company
    )


def unanswered() -> sa.ColumnElement[bool]:
    """The contacts of companies that have not answered at all."""
    return ~sa.exists().where(Answer.participant_id == Contact.participant_id)


def unconfirmed() -> sa.ColumnElement[bool]:
    """The contacts who have not said that they received the mail; an answer by link says so."""
    return ~sa.exists().where(
        ContactMark.contact_id == Contact.id, ContactMark.confirmed_at.is_not(None)
    )


def unopened() -> sa.ColumnElement[bool]:
    """The contacts who have not opened their page."""
    return ~sa.exists().where(ContactMark.contact_id == Contact.id)


def answered(attendance: Attendance) -> sa.ColumnElement[bool]:
    """The contacts of companies whose newest answer is this one."""
    return sa.exists().where(
        Answer.participant_id == Contact.participant_id,
        Answer.attendance == attendance,
        is_newest(),
    )


def attending() -> sa.ColumnElement[bool]:
    """The contacts of companies whose newest answer is 参加."""
    return answered(Attendance.ATTENDING)
