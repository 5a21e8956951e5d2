"""One name: of a bureau, of an office; and who is to manage one."""

from __future__ import annotations

from wtforms import BooleanField
from wtforms.validators import DataRequired, Length

from eventmail.accounts.forms import PersonForm
from eventmail.language import said
from eventmail.web.forms import Form, TextField


class NameForm(Form):
    """What it is called."""

    name = TextField(
        said("名前"),
        [
            DataRequired(said("名前を入力してください。")),
            Length(max=200, message=said("名前は200文字以内で入力してください。")),
        ],
    )

    @classmethod
    def of(cls, label: str, **options: object) -> NameForm:
        """With the name's own label."""
        form = cls(**options)
        form.name.label.text = label
        return form


class ManagerForm(PersonForm):
    """Who is to manage a new office, and perhaps approves its mailings as well."""

    approves = BooleanField(said("決裁者を兼ねる"))
