"""To whom a leaver's letters go."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from eventmail.offices.models import Staff
from eventmail.web.forms import Form

NONE = 0


class LeaveForm(Form):
    """The heir, and what the page had shown."""

    heir = SelectField("引き継ぐ職員", coerce=int, default=NONE)
    stamp = HiddenField()

    @classmethod
    def of(cls, heirs: Sequence[Staff]) -> LeaveForm:
        """With the colleagues to choose from."""
        form = cls()
        form.heir.choices = [SelectChoice(NONE, "選んでください")]
        form.heir.choices += [SelectChoice(each.id, each.name) for each in heirs]
        return form
