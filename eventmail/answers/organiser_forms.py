"""The organiser's forms: a question, the deadline, an answer heard on the telephone."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation

from eventmail.answers.asking import KIND_NAMES, Wording, wording_of
from eventmail.answers.forms import DIGITS, LARGEST, AnswerForm, DayField, NumberField
from eventmail.answers.models import LONGEST_LABEL, LONGEST_NOTE, Question, QuestionKind
from eventmail.answers.service import NO_NOTE
from eventmail.language import said
from eventmail.web.forms import Form, LongTextField, TextField, trimmed

MOST_CHOICES, LONGEST_CHOICE = 20, 100
NO_LABEL = said("質問の文を入力してください。")
LONG_LABEL = said(
    "質問の文は{longest_label}文字以内で入力してください。", longest_label=LONGEST_LABEL
)
NO_KIND = said("回答のしかたを選んでください。")
FEW_CHOICES = said("選択肢を2つ以上、1行に1つずつ入力してください。")
MANY_CHOICES = said("選択肢は{most_choices}個までにしてください。", most_choices=MOST_CHOICES)
LONG_CHOICE = said(
    "選択肢は1つ{longest_choice}文字以内で入力してください。", longest_choice=LONGEST_CHOICE
)
SAME_CHOICE = said("同じ選択肢「{choice}」が2回あります。どちらかを消してください。")
NO_BOUND = said("{largest}以下の数字で入力してください。", largest=LARGEST)
TURNED_BOUNDS = said("いちばん小さい数字が、いちばん大きい数字より大きくなっています。")
NO_DAY = said("日付を正しく入力してください。")


def readable(sentence: str) -> Any:
    """What was typed can be read as what it should be."""

    def check(_form: Form, field: Any) -> None:
        if getattr(field, "unread", False):
            raise StopValidation(sentence)
        if field.data is None:
            raise StopValidation

    return check


class QuestionForm(Form):
    """One question. What does not go with its kind is left out of account."""

    label = TextField(
        said("質問の文"), [DataRequired(NO_LABEL), Length(max=LONGEST_LABEL, message=LONG_LABEL)]
    )
    kind = RadioField(
        said("回答のしかた"),
        [DataRequired(NO_KIND)],
        choices=[SelectChoice(each.value, name) for each, name in KIND_NAMES.items()],
        validate_choice=False,
    )
    choices = LongTextField(said("選択肢"))
    low = NumberField(said("いちばん小さい数字"), [readable(NO_BOUND)], render_kw=DIGITS)
    high = NumberField(said("いちばん大きい数字"), [readable(NO_BOUND)], render_kw=DIGITS)
    required = BooleanField(said("参加する事業所には、必ず回答してもらう"))
    version = HiddenField(default="0")

    @classmethod
    def of(cls, question: Question | None = None) -> QuestionForm:
        """Empty, or as a question stands."""
        if question is None:
            return cls()
        told = wording_of(question)
        return cls(
            label=told.label,
            kind=told.kind.value,
            choices="\n".join(told.choices),
            low=told.low,
            high=told.high,
            required=told.required,
            version=str(question.version),
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """The choices, one a line; empty lines are none."""
        found = (trimmed(each) for each in (self.choices.data or "").splitlines())
        return tuple(each for each in found if each)

    @property
    def wording(self) -> Wording:
        """What was typed; ask only a valid form."""
        return Wording(
            kind=QuestionKind(self.kind.data),
            label=self.label.data,
            required=bool(self.required.data),
            choices=self.lines,
            low=self.low.data,
            high=self.high.data,
        )

    @property
    def shown_version(self) -> int:
        """The version that the form had shown."""
        told = self.version.data or ""
        return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else -1

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then what the kind needs."""
        fine = bool(super().validate(extra_validators))
        for kind, field, sentence in (
            ("choice", self.choices, wrong_choices(self.lines)),
            ("number", self.high, self._wrong_bounds()),
        ):
            if self.kind.data == kind and sentence and not field.errors:
                field.errors = [sentence]
                fine = False
        if self.kind.data and self.kind.data not in set(QuestionKind):
            self.kind.errors = [NO_KIND]
            fine = False
        return fine

    def _wrong_bounds(self) -> str:
        low, high = self.low.data, self.high.data
        return TURNED_BOUNDS if low is not None and high is not None and low > high else ""


def wrong_choices(lines: tuple[str, ...]) -> str:
    """What is wrong with a question's choices; empty if nothing."""
    if len(lines) < 2:
        return FEW_CHOICES
    if len(lines) > MOST_CHOICES:
        return MANY_CHOICES
    if any(len(each) > LONGEST_CHOICE for each in lines):
        return LONG_CHOICE
    twice = next((each for each in lines if lines.count(each) > 1), "")
    return SAME_CHOICE.format(choice=twice) if twice else ""


class DeadlineForm(Form):
    """回答の締切; empty for the event's own day."""

    closes_on = DayField(said("回答の締切"), [readable(NO_DAY)])


class CallForm(AnswerForm):
    """What somebody said on the telephone, with a note of who it was."""

    note = LongTextField(
        said("電話のメモ"),
        [
            DataRequired(NO_NOTE),
            Length(
                max=LONGEST_NOTE,
                message=said(
                    "電話のメモは{longest_note}文字以内で入力してください。",
                    longest_note=LONGEST_NOTE,
                ),
            ),
        ],
        description=said(
            "どなたから、いつ、何を聞いたかを入力してください。参加者には表示されません。"
        ),
    )
