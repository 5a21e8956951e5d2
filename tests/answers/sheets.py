"""Sheets and questions made by hand: the form's rules need no database."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from eventmail.answers.forms import AnswerForm, field_name
from eventmail.answers.models import Answer, AnswerValue, Attendance, Question, QuestionKind
from eventmail.answers.service import Sheet
from eventmail.answers.words import JAPANESE, Words
from eventmail.events.models import Contact, Event

LUNCH = Question(
    id=1,
    version=1,
    kind=QuestionKind.CHOICE,
    label="昼食",
    choices=["必要", "不要"],
    required=True,
)
CARS = Question(id=2, version=1, kind=QuestionKind.NUMBER, label="車の台数", low=0, high=3)
WISH = Question(id=3, version=1, kind=QuestionKind.TEXT, label="要望")
VISIT = Question(id=4, version=2, kind=QuestionKind.DATE, label="下見の日")
ALL = (LUNCH, CARS, WISH, VISIT)
_app = Flask(__name__)
_app.secret_key = "for the form's own context only"


def sheet(*questions: Question, newest: Answer | None = None) -> Sheet:
    day = date(2026, 12, 9)
    return Sheet(Event(held_on=day), Contact(id=7), questions, newest, day, "", None)


def newest(**values: Any) -> Answer:
    told = {"number": 2, "attendance": Attendance.ATTENDING, "people": 3, "message": "よろしく"}
    given = {1: "不要", 4: "2026-12-01"}
    kept = [AnswerValue(question_id=key, value=value) for key, value in given.items()]
    return Answer(**told | values, contact_id=7, values=kept)


def filled(
    found: Sheet, typed: dict[str, str] | None = None, words: Words = JAPANESE
) -> AnswerForm:
    """The form as it comes from a page with these values, or (without) as it is first shown."""
    with _app.test_request_context(method="GET"):
        data = MultiDict(typed) if typed is not None else None
        return AnswerForm.of(found, words, formdata=data, meta={"csrf": False})


def errors(found: Sheet, typed: dict[str, str], words: Words = JAPANESE) -> dict[str, list[str]]:
    """Field to sentences; empty if the form is right."""
    with _app.test_request_context():
        form = filled(found, typed, words)
        form.validate()
        return {name: list(map(str, told)) for name, told in form.errors.items()}


def name(question: Question) -> str:
    return field_name(question)
