"""The two reviews."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField
from wtforms.validators import DataRequired, InputRequired, Length

from eventmail.web.forms import Form, LongTextField


class ActForm(Form):
    """A button with nothing but its CSRF token."""


class CheckForm(Form):
    """The checker's yes: the number of recipients, counted and typed, for one digest."""

    digest = HiddenField()
    counted = IntegerField(
        "数えた送信先の件数", [InputRequired("数えた件数を半角の数字で入力してください。")]
    )


class ApproveForm(Form):
    """The approver's yes to one digest."""

    digest = HiddenField()


class ReturnForm(Form):
    """A no, with its reason."""

    digest = HiddenField()
    reason = LongTextField(
        "差し戻す理由", [DataRequired("差し戻す理由を入力してください。"), Length(max=400)]
    )
