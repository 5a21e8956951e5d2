"""Answers when personal data goes: words are blanked, whether somebody comes and the counts stay.

Only the two recorded erasures call these; the database refuses them before their record.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.answers.models import Answer, AnswerValue
from eventmail.events.models import Contact

QUIET = {"synchronize_session": False}


def of_event(session: Session, event_id: int) -> None:
    """Everything that anybody wrote in the event."""
    _blank(session, Answer.event_id == event_id)


def of_contacts(session: Session, contact_ids: Collection[int], words: Collection[str]) -> None:
    """Everything that these contacts wrote, or that was noted of their calls.

    And what their colleagues wrote where one of ``words`` stands in it: they may have named them.
    """
    _blank(session, Answer.contact_id.in_(contact_ids))
    companies = sa.select(Contact.participant_id).where(Contact.id.in_(contact_ids))
    for answer in session.scalars(sa.select(Answer).where(Answer.participant_id.in_(companies))):
        if _names(answer.message, words) or _names(answer.note, words):
            answer.message = answer.note = ""
        for each in answer.values:
            if _names(each.value, words):
                each.value = ""
    session.flush()


def _names(text: str, words: Collection[str]) -> bool:
    """Whether one of the words stands in it, however the blanks are."""
    plain = "".join(text.split())
    return any("".join(each.split()) in plain for each in words if each.strip())


def _blank(session: Session, whose: sa.ColumnElement[bool]) -> None:
    numbers = sa.select(Answer.id).where(whose)
    statements: tuple[sa.Update, ...] = (
        sa.update(AnswerValue).where(AnswerValue.answer_id.in_(numbers)).values(value=""),
        sa.update(Answer).where(whose).values(message="", note=""),
    )
    for each in statements:
        session.execute(each.execution_options(**QUIET))
    session.expire_all()
