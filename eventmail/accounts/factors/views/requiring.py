"""The form in which an office says who needs a second factor."""

from __future__ import annotations

from typing import Any

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from eventmail.accounts.factors.requiring import REQUIRED, given
from eventmail.language import said
from eventmail.offices.permissions import ROLE_NAMES
from eventmail.offices.settings import Value
from eventmail.proposals import forms


class RequiredForm(forms.ChangeForm):
    """A tick for each role."""

    roles = SelectMultipleField(
        said("二段階認証を必須にする役割"),
        choices=[SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The roles that need one now."""
        return {"roles": sorted(given(now))}

    def wanted(self, now: Value) -> Value:
        """The roles that shall need one."""
        return sorted(self.roles.data or [])


forms.add(REQUIRED, RequiredForm)
