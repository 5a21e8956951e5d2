"""Who comes, as what, and to whom a leaver's letters go."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from eventmail.accounts.forms import PersonForm
from eventmail.language import said
from eventmail.offices.models import Staff
from eventmail.offices.permissions import ROLE_NAMES
from eventmail.web.forms import Form, TextField

NONE = 0


class LeaveForm(Form):
    """The heir, and what the page had shown."""

    heir = SelectField(said("引き継ぐ職員"), coerce=int, default=NONE)
    stamp = HiddenField()

    @classmethod
    def of(cls, heirs: Sequence[Staff]) -> LeaveForm:
        """With the colleagues to choose from."""
        form = cls()
        form.heir.choices = [SelectChoice(NONE, said("選んでください"))]
        form.heir.choices += [SelectChoice(each.id, each.name) for each in heirs]
        return form


def _roles(label: str, *validators: object) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        list(validators),
        choices=[SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class InviteForm(PersonForm):
    """Who is to come, and as what."""

    roles = _roles(said("役割"), DataRequired(said("役割をひとつ以上選んでください。")))


class RolesForm(Form):
    """Which roles somebody shall have, and why; none is to leave the office."""

    roles = _roles(said("この所での役割"))
    reason = TextField(
        said("理由"),
        [
            DataRequired(said("変更する理由を入力してください。")),
            Length(max=200, message=said("理由は200文字以内で入力してください。")),
        ],
    )
