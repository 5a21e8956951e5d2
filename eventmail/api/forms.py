"""What a manager chooses of a new token."""

from __future__ import annotations

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from eventmail.api import tokens
from eventmail.api.models import SCOPE_NAMES, Scope
from eventmail.api.tokens import Wanted
from eventmail.language import said
from eventmail.web.forms import Form, TextField, boxes

PERIODS = [SelectChoice(str(each), said("{days}日", days=each)) for each in tokens.DAYS]


class TokenForm(Form):
    """Name, scopes, and for how long."""

    name = TextField(
        said("トークンの名前"),
        [DataRequired(tokens.NO_NAME), Length(max=60, message=tokens.NO_NAME)],
    )
    scopes = boxes(
        said("できること"),
        DataRequired(tokens.NO_SCOPE),
        choices=[SelectChoice(scope.value, name) for scope, name in SCOPE_NAMES.items()],
    )
    contacts = BooleanField(said("連絡先を含める（メールアドレスと電話番号を伏せずに読む）"))
    days = RadioField(
        said("有効な期間"),
        [DataRequired(tokens.NO_DAYS)],
        choices=PERIODS,
        default=str(tokens.DAYS[1]),
    )

    @property
    def wanted(self) -> Wanted:
        """What was chosen."""
        scopes = [Scope(each) for each in self.scopes.data or ()]
        return Wanted(self.name.data, scopes, bool(self.contacts.data), int(self.days.data))
