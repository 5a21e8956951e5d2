"""The form for one entry of the list."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from eventmail.allowed.service import NOTHING_TYPED
from eventmail.language import said
from eventmail.web.forms import Form, TextField


class AllowForm(Form):
    """An address or a domain; ``mailing_id`` says from which mailing's findings it came."""

    value = TextField(
        said("メールアドレスまたはドメイン"), [DataRequired(NOTHING_TYPED), Length(max=254)]
    )
    mailing_id = HiddenField()

    @property
    def mailing(self) -> int | None:
        """The mailing to go back to."""
        text = self.mailing_id.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
