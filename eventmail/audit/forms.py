"""What somebody looks for in the audit."""

from __future__ import annotations

from wtforms import DateField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, Regexp

from eventmail.audit.sentences import KIND_NAMES, Kind
from eventmail.language import said
from eventmail.web.forms import Form, TextField

NO_DAY = said("日付を読めません。2026-12-09 の形で入力してください。")


def _of_this_age(_form: Form, field: DateField) -> None:
    """The first and the last days that can be written have no midnight in UTC."""
    if field.data and not 1900 <= field.data.year <= 2999:
        raise ValidationError(NO_DAY)


class Search(Form):
    """By GET, so that a found list can be kept as an address; it changes nothing."""

    class Meta(Form.Meta):
        csrf = False

    staff = SelectField(said("だれが"), coerce=str, validate_choice=True)
    kind = SelectField(
        said("何について"),
        choices=[
            SelectChoice("", said("すべて")),
            *(SelectChoice(each.value, KIND_NAMES[each]) for each in Kind),
        ],
    )
    subject = TextField(
        said("対象の名前"),
        [
            Optional(),
            Length(max=60, message=said("対象の名前は60文字までです。")),
            Regexp(
                r"[a-z_]+(:[a-z0-9_.]*)?\Z",
                message=said("対象の名前を読めません。一覧の「対象」のリンクから選んでください。"),
            ),
        ],
        description=said("例：mailing:12（メール案件12）。一覧の「対象」を選ぶと入ります。"),
    )
    first_day = DateField(said("いつから"), [Optional(), _of_this_age])
    last_day = DateField(said("いつまで"), [Optional(), _of_this_age])
