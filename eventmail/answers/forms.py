"""The answer form, made from an event's questions; and the organiser's own forms."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from eventmail.answers.models import (
    LONGEST_TEXT,
    Attendance,
    Question,
    QuestionKind,
)
from eventmail.answers.service import Reply, Sheet
from eventmail.answers.words import JAPANESE, Words
from eventmail.web.forms import Form, LongTextField

MOST_PEOPLE = 999
LARGEST = 999_999_999
EARLIEST_YEAR = 1900  # the first that a workbook can show; earlier ones are slips
UNITS = "名人件社台個円"
PREFIX = "q"
DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class NumberField(IntegerField):  # type: ignore[misc]
    """A number as people type it: ``3``, ``３``, ``1,200``, ``3名``, ``-5``.

    A plain input: the browser's own for numbers would not show again what is none.
    """

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; ``unread`` says that something was typed which is no number."""
        text = unicodedata.normalize("NFKC", "".join(valuelist)).strip().rstrip(UNITS)
        plain = text.replace(",", "").strip()
        digits = plain.removeprefix("-")
        is_number = digits.isascii() and digits.isdecimal() and int(digits[:12]) <= LARGEST
        self.data = int(plain) if is_number and len(digits) <= 12 else None
        self.unread = bool(plain) and self.data is None


class DayField(DateField):  # type: ignore[misc]
    """A day, also with strokes; ``unread`` as in :class:`NumberField`."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it."""
        text = unicodedata.normalize("NFKC", "".join(valuelist)).strip().replace("/", "-")
        parts = text.split("-")
        try:
            day = date(*map(int, parts)) if len(parts) == 3 else None
        except (ValueError, OverflowError):
            day = None
        self.data = day if day and day.year >= EARLIEST_YEAR else None
        self.unread = bool(text) and self.data is None


class _Answered:
    """An answer is there where one is needed: whoever does not come need not answer."""

    def __init__(self, sentence: str, *, required: bool) -> None:
        self.sentence = sentence
        self.field_flags = {"required": True} if required else {}

    def __call__(self, form: AnswerForm, field: Any) -> None:
        if getattr(field, "unread", False) or not is_empty(field.data):
            return
        if self.field_flags and form.attendance.data == Attendance.ATTENDING.value:
            raise StopValidation(self.sentence)
        raise StopValidation


def is_empty(value: object) -> bool:
    """Whether nothing was answered. Zero is an answer."""
    return value is None or (isinstance(value, str) and not value.strip())


class AnswerForm(Form):
    """参加・欠席, number of people, the organiser's questions, a message.

    ``seen`` and the questions' names carry what the form showed; see :class:`Reply`.
    """

    class Meta(Form.Meta):
        """Remembers the names of all that was sent."""

        def wrap_formdata(self, form: AnswerForm, formdata: Any) -> Any:
            """As ever."""
            found = super().wrap_formdata(form, formdata)
            form.sent = frozenset(found or ())
            return found

    seen = HiddenField()
    sheet: Sheet
    words: Words
    sent: frozenset[str] = frozenset()

    @classmethod
    def of(cls, sheet: Sheet, words: Words = JAPANESE, **options: Any) -> AnswerForm:
        """The form for one contact, filled from its company's newest answer."""
        asked = {field_name(each): _field(each, words) for each in sheet.questions}
        made = type("AnswerForm", (cls,), _frame(words) | asked | {"message": _message(words)})
        form: AnswerForm = made(data=_stored(sheet), **options)
        form.sheet, form.words = sheet, words
        return form

    def question(self, question: Question) -> Any:
        """The field of one question."""
        return self[field_name(question)]

    def hint(self, question: Question) -> str:
        """Between which numbers the answer lies, where it is bounded."""
        return self.words.between(question.low, question.high)

    @property
    def shown_seen(self) -> int:
        """How many answers of the company the form had shown."""
        told = self.seen.data or ""
        return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else -1

    @property
    def reply(self) -> Reply:
        """What was answered; ask only a valid form."""
        questions = self.sheet.questions
        values = {each.id: _text(self.question(each).data) for each in questions}
        return Reply(
            attendance=Attendance(self.attendance.data),
            people=self.people.data,
            message=_text(self.message.data),
            seen=self.shown_seen,
            asked=self.sheet.asked,
            values={number: value for number, value in values.items() if value},
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself; an answer to an older wording has the new one looked at first."""
        fine = bool(super().validate(extra_validators))
        if self.is_outdated:
            self.say(self.words.changed)
        return fine and not self.is_outdated

    def say(self, sentence: str) -> None:
        """A sentence about the whole answer; what is shown now counts as seen from now on."""
        self.form_errors = [sentence]
        self.seen.data = str(self.sheet.seen)

    @property
    def is_outdated(self) -> bool:
        """Whether what was sent answers a question that is no more so."""
        known = {field_name(each) for each in self.sheet.questions}
        return any(is_question(name) and name not in known for name in self.sent)


def field_name(question: Question) -> str:
    """Names the question and its wording: an older wording's answer answers nothing."""
    return f"{PREFIX}{question.id}_{question.version}"


def is_question(name: str) -> bool:
    """Whether a form's field is the answer to a question."""
    number, _, version = name.removeprefix(PREFIX).partition("_")
    return name.startswith(PREFIX) and number.isdecimal() and version.isdecimal()


def _frame(words: Words) -> dict[str, Any]:
    names = [SelectChoice(each.value, words.name(each)) for each in Attendance]
    return {
        "attendance": RadioField(
            words.attendance, [_attendance(words)], choices=names, validate_choice=False
        ),
        "people": NumberField(
            words.people, [_people(words)], description=words.people_hint, render_kw=DIGITS
        ),
    }


def _attendance(words: Words) -> Any:
    def check(_form: AnswerForm, field: Any) -> None:
        if field.data not in set(Attendance):
            raise StopValidation(words.no_attendance)

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def _people(words: Words) -> Any:
    def check(form: AnswerForm, field: Any) -> None:
        if form.attendance.data != Attendance.ATTENDING.value:
            field.data = None
            raise StopValidation
        if field.data is None and not field.unread:
            raise StopValidation(words.no_people)
        if field.unread or not 1 <= field.data <= MOST_PEOPLE:
            raise StopValidation(words.wrong_people)

    return check


def _message(words: Words) -> Any:
    checks = [_at_most(words, words.message)]
    return LongTextField(words.message, checks, description=words.message_hint)


def _at_most(words: Words, label: str) -> Any:
    def check(_form: AnswerForm, field: Any) -> None:
        length = len((field.data or "").replace("\r\n", "\n"))
        if length > LONGEST_TEXT:
            told = words.too_long.format(label=label, most=LONGEST_TEXT, length=length)
            raise StopValidation(told)

    return check


def _field(question: Question, words: Words) -> Any:
    needed = _Answered(words.no_answer.format(label=question.label), required=question.required)
    return _MAKERS[question.kind](question, words, needed)


def _choice(question: Question, words: Words, needed: _Answered) -> Any:
    def check(_form: AnswerForm, field: Any) -> None:
        if field.data not in question.choices:
            raise StopValidation(words.not_of_choices.format(label=question.label))

    none = [] if question.required else [SelectChoice("", words.no_choice)]
    choices = [*(SelectChoice(each, each) for each in question.choices), *none]
    return RadioField(question.label, [needed, check], choices=choices, validate_choice=False)


def _number(question: Question, words: Words, needed: _Answered) -> Any:
    low, high = question.low, question.high

    def check(_form: AnswerForm, field: Any) -> None:
        told = ""
        if field.unread:
            told = words.no_number
        elif low is not None and field.data < low:
            told = words.too_low
        elif high is not None and field.data > high:
            told = words.too_high
        if told:
            raise StopValidation(told.format(label=question.label, low=low, high=high))

    return NumberField(question.label, [needed, check], render_kw=DIGITS)


def _text_field(question: Question, words: Words, needed: _Answered) -> Any:
    return LongTextField(question.label, [needed, _at_most(words, question.label)])


def _date(question: Question, words: Words, needed: _Answered) -> Any:
    def check(_form: AnswerForm, field: Any) -> None:
        if field.unread:
            raise StopValidation(words.no_date.format(label=question.label))

    return DayField(question.label, [needed, check])


_MAKERS: dict[QuestionKind, Any] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.NUMBER: _number,
    QuestionKind.TEXT: _text_field,
    QuestionKind.DATE: _date,
}


def _text(value: object) -> str:
    """As it is stored; a browser's two signs at the end of a line are one."""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value).replace("\r\n", "\n")


def _stored(sheet: Sheet) -> dict[str, Any]:
    found: dict[str, Any] = {"seen": str(sheet.seen)}
    if sheet.newest is None:
        return found
    for each in sheet.questions:
        found[field_name(each)] = _read(each.kind, sheet.values.get(each.id, ""))
    newest = sheet.newest
    told = {"people": newest.people, "message": newest.message}
    return found | told | {"attendance": newest.attendance.value}


def _read(kind: QuestionKind, value: str) -> object:
    if not value:
        return None
    if kind is QuestionKind.NUMBER:
        return int(value)
    return date.fromisoformat(value) if kind is QuestionKind.DATE else value
