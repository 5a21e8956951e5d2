"""Forms of the pages about personal data."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, IntegerField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from eventmail.language import said
from eventmail.offices.settings import Value
from eventmail.privacy.holds import NO_REASON
from eventmail.privacy.keeping import LONGEST, RETENTION, SHORTEST, WRONG
from eventmail.proposals.forms import ChangeForm, add
from eventmail.web.forms import Form, ProofForm, TextField


class HoldForm(Form):
    """Until when, and why."""

    until = DateField(
        said("この日まで残す"), [DataRequired(said("いつまで残すかを、日付で入れてください。"))]
    )
    reason = TextField(said("延長の理由"), [DataRequired(NO_REASON), Length(max=200)])


class RetentionForm(ChangeForm):
    """How many months."""

    months = IntegerField(
        said("イベントの日から残す月数"),
        [InputRequired(WRONG), NumberRange(SHORTEST, LONGEST, message=WRONG)],
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        return {"months": now}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return self.months.data


add(RETENTION, RetentionForm)


class SearchForm(Form):
    """An address or a name, whole."""

    asked = TextField(
        said("メールアドレスまたは氏名"),
        [DataRequired(said("探す方のアドレスか氏名を入れてください。")), Length(max=254)],
    )


class EraseForm(ProofForm):
    """Why, and who."""

    reason = TextField(
        said("消去の理由"),
        [
            DataRequired(said("消去の理由を入れてください。例：本人から消去の請求があったため。")),
            Length(max=200),
        ],
    )
