"""To answer a paper, to assign one, and what is withdrawn from those who are late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from eventmail.language import said
from eventmail.offices.models import Office, Staff
from eventmail.offices.settings import Value
from eventmail.proposals.forms import ChangeForm
from eventmail.training.models import PURPOSE_NAMES, Purpose
from eventmail.training.papers import SORT_NAMES, Paper, Sort
from eventmail.training.service import NO_OFFICE, NO_SORT, NOBODY, Wanted
from eventmail.training.withdrawing import NAMES
from eventmail.web.forms import Form, boxes

UNANSWERED = said("答えを選んでください。")
NO_DAY = said("期限の日を入力してください。")
EVERYBODY, CHOSEN = "all", "chosen"


def answer_form(paper: Paper) -> type[Form]:
    """A form of a paper's questions, each to be answered."""
    fields = {
        each.id: RadioField(
            said("問{number}　{text}", number=number, text=each.text),
            [InputRequired(UNANSWERED)],
            choices=[SelectChoice(value, text) for value, text in each.choices],
        )
        for number, each in enumerate(paper.questions, 1)
    }
    return type("AnswerForm", (Form,), fields)


class AssignForm(Form):
    """What, why, until when, and to whom: all of them, or those who are ticked."""

    sorts = boxes(
        said("割り当てるもの"),
        DataRequired(NO_SORT),
        choices=[SelectChoice(each.value, name) for each, name in SORT_NAMES.items()],
    )
    purpose = RadioField(
        said("目的"),
        [InputRequired(said("目的を選んでください。"))],
        choices=[SelectChoice(each.value, name) for each, name in PURPOSE_NAMES.items()],
        default=Purpose.REGULAR.value,
    )
    due_on = DateField(said("期限"), [InputRequired(NO_DAY)])
    whom = RadioField(said("対象"), [InputRequired(NOBODY)], default=EVERYBODY)
    chosen = boxes(said("選ぶもの"), coerce=int)
    NOT_ONE = NOBODY

    def validate(self, **options: Any) -> bool:
        """Those who are chosen are ticked."""
        good: bool = super().validate(**options)
        if self.whom.data == CHOSEN and not self.chosen.data:
            self.chosen.errors = [*self.chosen.errors, self.NOT_ONE]
            return False
        return good

    @property
    def ids(self) -> list[int] | None:
        """Who is ticked; None for all."""
        return list(self.chosen.data or []) if self.whom.data == CHOSEN else None

    @property
    def wanted(self) -> Wanted:
        """What was asked for."""
        sorts = frozenset(Sort(each) for each in self.sorts.data or [])
        return Wanted(sorts, Purpose(self.purpose.data), self.due_on.data)


def staff_form(people: Sequence[Staff]) -> AssignForm:
    """For the office's manager."""
    form = AssignForm()
    form.whom.choices = [
        SelectChoice(EVERYBODY, said("所の職員の全員（{people}人）", people=len(people))),
        SelectChoice(CHOSEN, said("下で選んだ職員だけ")),
    ]
    form.chosen.label.text = said("選ぶ職員")
    form.chosen.choices = [SelectChoice(each.id, each.name) for each in people]
    return form


class OrderForm(AssignForm):
    """The same, of offices."""

    NOT_ONE = NO_OFFICE


def office_form(offices: Sequence[Office]) -> OrderForm:
    """For the bureau's overseer."""
    form = OrderForm()
    form.whom.choices = [
        SelectChoice(
            EVERYBODY, said("すべての所（{offices}所）の職員の全員", offices=len(offices))
        ),
        SelectChoice(CHOSEN, said("下で選んだ所の職員の全員")),
    ]
    form.chosen.label.text = said("選ぶ所")
    form.chosen.choices = [SelectChoice(each.id, each.name) for each in offices]
    return form


class OverdueForm(ChangeForm):
    """What somebody cannot do while he is late."""

    withdrawn = boxes(
        said("期限を過ぎた職員が、終えるまでできないこと"),
        choices=[SelectChoice(each, name) for each, name in NAMES.items()],
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        return {"withdrawn": list(now)}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return sorted(self.withdrawn.data or [])
