"""Forms of the pages about personal data."""

from __future__ import annotations

from wtforms import DateField
from wtforms.validators import DataRequired, Length

from eventmail.privacy.holds import NO_REASON
from eventmail.web.forms import Form, ProofForm, TextField


class HoldForm(Form):
    """Until when, and why."""

    until = DateField("この日まで残す", [DataRequired("いつまで残すかを、日付で入れてください。")])
    reason = TextField("延長の理由", [DataRequired(NO_REASON), Length(max=200)])


class SearchForm(Form):
    """An address or a name, whole."""

    asked = TextField(
        "メールアドレスまたは氏名",
        [DataRequired("探す方のアドレスか氏名を入れてください。"), Length(max=254)],
    )


class EraseForm(ProofForm):
    """Why, and who."""

    reason = TextField(
        "消去の理由",
        [
            DataRequired("消去の理由を入れてください。例：本人から消去の請求があったため。"),
            Length(max=200),
        ],
    )
