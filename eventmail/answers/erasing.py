"""Answers when personal data goes: words are blanked, whether somebody comes and the counts stay.

Only the two recorded erasures call these; the database refuses them before their record.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.answers.models import Answer, AnswerValue

QUIET = {"synchronize_session": False}


def of_event(session: Session, event_id: int) -> None:
    """Everything that anybody wrote in the event."""
    _blank(session, Answer.event_id == event_id)


def of_contacts(session: Session, contact_ids: Collection[int]) -> None:
    """Everything that these contacts wrote, or that was noted of their calls."""
    _blank(session, Answer.contact_id.in_(contact_ids))


def _blank(session: Session, whose: sa.ColumnElement[bool]) -> None:
    numbers = sa.select(Answer.id).where(whose)
    for statement in (
        sa.update(AnswerValue).where(AnswerValue.answer_id.in_(numbers)).values(value=""),
        sa.update(Answer).where(whose).values(message="", note=""),
    ):
        session.execute(statement.execution_options(**QUIET))
