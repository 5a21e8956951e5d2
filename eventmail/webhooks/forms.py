"""What a manager chooses of a new webhook, and the office of what webhooks may be told."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from eventmail.language import said
from eventmail.offices.settings import Value
from eventmail.proposals.forms import CHOOSE, ChangeForm, add
from eventmail.web.forms import Form, TextField, boxes
from eventmail.webhooks import service, targets
from eventmail.webhooks.allowing import CONTACTS, NO, YES
from eventmail.webhooks.kinds import KINDS
from eventmail.webhooks.service import Wanted


class WebhookForm(Form):
    """Name, address, and what is told there."""

    name = TextField(
        said("Webhookの名前"),
        [DataRequired(service.NO_NAME), Length(max=60, message=service.NO_NAME)],
    )
    url = TextField(
        said("呼び出すアドレス"),
        [DataRequired(targets.WRONG), Length(max=targets.LONGEST, message=targets.WRONG)],
    )
    kinds = boxes(
        said("知らせること"),
        DataRequired(service.NO_KIND),
        choices=[SelectChoice(name, kind.title) for name, kind in KINDS.items()],
    )
    contacts = BooleanField(said("連絡先を含める（会社名・担当者名・アドレス）"))

    @property
    def wanted(self) -> Wanted:
        """What was chosen."""
        kinds = list(self.kinds.data or ())
        return Wanted(self.name.data, self.url.data, kinds, bool(self.contacts.data))


class ContactsForm(ChangeForm):
    """Whether webhooks may be told names and addresses."""

    allowed = RadioField(
        said("Webhookで連絡先を渡すこと"),
        [InputRequired(CHOOSE)],
        choices=[SelectChoice("no", NO), SelectChoice("yes", YES)],
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        return {"allowed": "yes" if now else "no"}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return self.allowed.data == "yes"


add(CONTACTS, ContactsForm)
