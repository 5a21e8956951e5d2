"""The organiser's questions and deadline: what is asked, until when.

A question that was answered keeps its meaning: its wording, kind, choices and bounds are refused
(and by the database, too). It can be moved, made (not) required, or asked no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.answers.models import AnswerDeadline, AnswerValue, Question, QuestionKind
from eventmail.answers.service import questions
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor

MOST_QUESTIONS = 20
TOO_MANY = said(
    "質問は{most_questions}件までです。要らない質問をやめてから、新しい質問を加えてください。",
    most_questions=MOST_QUESTIONS,
)
ANSWERED = said(
    "「{label}」にはもう回答があるため、質問の内容は変えられません。"
    "この質問をやめて、新しい質問を加えてください。"
)
CHANGED = said("開いている間に、ほかの職員がこの質問を変えました。いまの内容を確かめてください。")
AFTER_EVENT = said("回答の締切は、開催日（{day}）までの日にしてください。")
KIND_NAMES = {
    QuestionKind.CHOICE: said("選択（1つ選ぶ）"),
    QuestionKind.NUMBER: said("数字"),
    QuestionKind.TEXT: said("文章"),
    QuestionKind.DATE: said("日付"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What a question says. ``choices`` only of a choice, ``low`` and ``high`` of a number."""

    kind: QuestionKind
    label: str
    required: bool
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None

    @property
    def meaning(self) -> tuple[object, ...]:
        """All that an answer answers: everything but whether one is needed."""
        return self.kind, self.label, list(self.choices), self.low, self.high


def add(session: Session, actor: Actor, event: Event, wording: Wording) -> Question:
    """Ask one thing more, after the others."""
    actor.require(Action.EDIT_EVENT)
    events.lock(session, event.id)
    asked = questions(session, event)
    if len(asked) >= MOST_QUESTIONS:
        raise UserError(TOO_MANY)
    question = Question(
        office_id=event.office_id,
        event_id=event.id,
        position=max((each.position for each in asked), default=0) + 1,
        version=1,
        created_by=actor.id,
        created_at=clock.now(),
        **_columns(wording),
    )
    session.add(question)
    session.flush()
    _audit(session, actor, event, "question.added", question=question.id, after=_told(question))
    return question


def copy(session: Session, actor: Actor, event: Event, target: Event) -> None:
    """Ask in another event what this one asks, in the same order; no answer comes with it."""
    for each in questions(session, event):
        add(session, actor, target, wording_of(each))


def get(session: Session, event: Event, question_id: int) -> Question:
    """One of the questions that are asked now."""
    found = next((each for each in questions(session, event) if each.id == question_id), None)
    if found is None:
        raise NotFound
    return found


def change(
    session: Session, actor: Actor, event: Event, question_id: int, wording: Wording, version: int
) -> None:
    """Word a question anew; raises :class:`UserError` for another meaning once it is answered."""
    actor.require(Action.EDIT_EVENT)
    question = _locked(session, event, question_id)
    if question.version != version:
        raise UserError(CHANGED)
    moved = wording.meaning != wording_of(question).meaning
    if moved and is_answered(session, question):
        raise UserError(ANSWERED.format(label=question.label))
    before = _told(question)
    for name, value in _columns(wording).items():
        setattr(question, name, value)
    question.version += 1
    session.flush()
    told = {"before": before, "after": _told(question)}
    _audit(session, actor, event, "question.changed", question=question.id, **told)


def retire(session: Session, actor: Actor, event: Event, question_id: int) -> None:
    """Ask it no more; what was answered to it stays in the list and in the workbook."""
    actor.require(Action.EDIT_EVENT)
    question = _locked(session, event, question_id)
    question.retired = True
    session.flush()
    _audit(session, actor, event, "question.retired", question=question.id)


def move_up(session: Session, actor: Actor, event: Event, question_id: int) -> None:
    """Ask it before the one before it."""
    actor.require(Action.EDIT_EVENT)
    _locked(session, event, question_id)
    asked = list(questions(session, event))
    place = [each.id for each in asked].index(question_id)
    if place:
        asked[place - 1], asked[place] = asked[place], asked[place - 1]
    for position, each in enumerate(asked, start=1):
        each.position = position
    session.flush()
    _audit(session, actor, event, "question.moved", question=question_id)


def set_deadline(session: Session, actor: Actor, event: Event, day: date | None) -> None:
    """Take answers until this day; without one until the event's own."""
    actor.require(Action.EDIT_EVENT)
    events.lock(session, event.id)
    session.refresh(event)
    if day is not None and day > event.held_on:
        raise UserError(AFTER_EVENT.format(day=clock.japanese_date(event.held_on)))
    found = session.get(AnswerDeadline, event.id)
    before = found.closes_on.isoformat() if found else ""
    if found is not None and day is None:
        session.delete(found)
    elif found is not None and day is not None:
        found.closes_on = day
    elif day is not None:
        owner = {"office_id": event.office_id, "event_id": event.id}
        session.add(AnswerDeadline(**owner, closes_on=day))
    session.flush()
    after = day.isoformat() if day else ""
    _audit(session, actor, event, "answers.deadline_set", before=before, after=after)


def is_answered(session: Session, question: Question) -> bool:
    """Whether anybody has answered it, ever."""
    query = sa.select(AnswerValue.answer_id).where(AnswerValue.question_id == question.id)
    return session.scalars(query.limit(1)).first() is not None


def answered_ids(session: Session, asked: Sequence[Question]) -> frozenset[int]:
    """Which of these questions have been answered."""
    query = sa.select(AnswerValue.question_id).distinct()
    return frozenset(
        session.scalars(query.where(AnswerValue.question_id.in_([each.id for each in asked])))
    )


def wording_of(question: Question) -> Wording:
    """What a question says now."""
    return Wording(
        kind=question.kind,
        label=question.label,
        required=question.required,
        choices=tuple(question.choices),
        low=question.low,
        high=question.high,
    )


def _locked(session: Session, event: Event, question_id: int) -> Question:
    events.lock(session, event.id)
    session.expire_all()
    return get(session, event, question_id)


def _columns(wording: Wording) -> dict[str, object]:
    """Only what goes with the kind is kept."""
    is_choice = wording.kind is QuestionKind.CHOICE
    is_number = wording.kind is QuestionKind.NUMBER
    return {
        "kind": wording.kind,
        "label": wording.label,
        "required": wording.required,
        "choices": list(wording.choices) if is_choice else [],
        "low": wording.low if is_number else None,
        "high": wording.high if is_number else None,
    }


def _told(question: Question) -> dict[str, object]:
    return {
        "name": question.label,
        "kind": KIND_NAMES[question.kind],
        "choices": list(question.choices),
        "low": question.low,
        "high": question.high,
        "required": question.required,
    }


def _audit(
    session: Session,
    actor: Actor,
    event: Event,
    action: str,
    *,
    before: Mapping[str, object] | str | None = None,
    after: Mapping[str, object] | str | None = None,
    **details: object,
) -> None:
    """Its subject is not the event: who asks has not made the mailings."""
    record(
        session,
        action,
        f"answers:{event.id}",
        office_id=event.office_id,
        staff_id=actor.id,
        before=before,
        after=after,
        **details,
    )
