"""The reason of a STOP, and a person's decision on one mail."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import AnyOf, Length

from eventmail.language import said
from eventmail.outbox.models import Verdict
from eventmail.web.forms import Form, LongTextField, TextField


class StopForm(Form):
    """Why, if there is time for it."""

    reason = TextField(said("止める理由（書かなくても止まります）"))


class DecisionForm(Form):
    """One of three buttons, and what was found out."""

    verdict = HiddenField(
        validators=[
            AnyOf([each.value for each in Verdict], said("どれかのボタンを押してください。"))
        ]
    )
    note = LongTextField(
        said("確かめた方法や相手"),
        [Length(max=500, message=said("500文字までで入力してください。"))],
    )
