"""Naming a deputy."""

from __future__ import annotations

from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from eventmail.language import said
from eventmail.offices.models import Staff
from eventmail.web.forms import Form, TextField

NO_DAY = said("日付を入力してください。")


class DeputyForm(Form):
    """Who decides in one's place, from when to when, and why."""

    deputy = SelectField(
        said("代理にする職員"), [InputRequired(said("職員を選んでください。"))], coerce=int
    )
    first = DateField(said("始まりの日"), [InputRequired(NO_DAY)])
    last = DateField(said("終わりの日"), [InputRequired(NO_DAY)])
    reason = TextField(
        said("理由"), [DataRequired(said("理由を入力してください。")), Length(max=200)]
    )

    @classmethod
    def of(cls, colleagues: list[Staff]) -> DeputyForm:
        """With the colleagues to choose from."""
        form = cls()
        form.deputy.choices = [SelectChoice(each.id, each.name) for each in colleagues]
        return form
