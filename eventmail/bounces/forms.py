"""The form for one address that is put right: the contact's form without all the rest."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired

from eventmail.addresses import EmailAddress
from eventmail.language import said
from eventmail.roster.forms import HandForm
from eventmail.web.forms import cleaned


class MendForm(HandForm):
    """The new address, typed twice; one that looks mistyped is asked about."""

    company = corporate_number = department = title = name = phone = None  # type: ignore[assignment]
    status = names_person = None
    notes = None  # type: ignore[assignment]
    email = StringField(
        said("正しいメールアドレス"),
        [DataRequired(said("メールアドレスを入力してください。"))],
        filters=[cleaned],
    )
    email_again = StringField(said("正しいメールアドレス（確認のためもう一度）"), filters=[cleaned])

    @property
    def address(self) -> EmailAddress:
        """What was typed, in a form that was found right."""
        return EmailAddress.parse(self.email.data)
