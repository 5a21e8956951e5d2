"""What was answered to each question, counted: choices by how often, numbers by their sum."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.answers import current
from eventmail.answers.listing import asked_ever, takes_part
from eventmail.answers.models import AnswerValue, Attendance, Question, QuestionKind
from eventmail.events.models import Event, Participant

COUNTED = (QuestionKind.CHOICE, QuestionKind.NUMBER)


@dataclass(frozen=True, slots=True)
class Tally:
    """One question. ``counts``: each choice with its companies; ``total``: the sum of a number."""

    question: Question
    answered: int
    counts: tuple[tuple[str, int], ...]
    total: int | None


def tallies(session: Session, event: Event) -> list[Tally]:
    """Of the companies that come, by their newest answer: what there is to be prepared."""
    asked = [each for each in asked_ever(session, event) if each.kind in COUNTED]
    counted = _counted(session, event)
    return [_tally(each, counted.get(each.id, Counter())) for each in asked]


def _counted(session: Session, event: Event) -> dict[int, Counter[str]]:
    newest = current.newest_of(event.id)
    coming = (
        sa.select(newest.c.id)
        .join(Participant, Participant.id == newest.c.participant_id)
        .where(newest.c.attendance == Attendance.ATTENDING, *takes_part(event))
        .cte("coming")
        .prefix_with("MATERIALIZED", dialect="postgresql")  # looked at once, not value by value
    )
    query = (
        sa.select(AnswerValue.question_id, AnswerValue.value, sa.func.count())
        .join(coming, coming.c.id == AnswerValue.answer_id)
        .where(AnswerValue.value != "")
        .group_by(AnswerValue.question_id, AnswerValue.value)
    )
    found: dict[int, Counter[str]] = {}
    for question_id, value, count in session.execute(query):
        found.setdefault(question_id, Counter())[value] += count
    return found


def _tally(question: Question, counted: Counter[str]) -> Tally:
    answered = counted.total()
    if question.kind is QuestionKind.NUMBER:
        total = sum(int(value) * count for value, count in counted.items())
        return Tally(question, answered, (), total)
    counts = tuple((each, counted[each]) for each in question.choices)
    return Tally(question, answered, counts, None)
