"""One wording."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from eventmail.language import said
from eventmail.web.forms import Form, LongTextField, TextField
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from eventmail.wordings.service import Offer


class WordingForm(Form):
    """Name, subject and body, with the version that was shown."""

    name = TextField(
        said("ひな形の名前"),
        [DataRequired(said("ひな形の名前を入力してください。")), Length(max=100)],
    )
    subject = TextField(
        said("件名"), [DataRequired(said("件名を入力してください。")), Length(max=500)]
    )
    body = LongTextField(
        said("本文"), [DataRequired(said("本文を入力してください。")), Length(max=20000)]
    )
    kind = HiddenField(default=WordingKind.OWN.value)
    version = HiddenField(default="0")

    @classmethod
    def of(cls, offer: Offer | None = None) -> WordingForm:
        """The form as an offer fills it, or empty."""
        if offer is None:
            return cls()
        text = offer.text
        return cls(
            name=text.name,
            subject=text.subject,
            body=text.body,
            kind=offer.kind.value,
            version=str(offer.number),
        )

    @property
    def text(self) -> Text:
        """What was typed."""
        return Text(self.name.data, self.subject.data, self.body.data.replace("\r\n", "\n"))

    @property
    def occasion(self) -> WordingKind:
        """What it is for; nonsense is an addition of one's own."""
        kinds = set(WordingKind)
        return WordingKind(self.kind.data) if self.kind.data in kinds else WordingKind.OWN

    @property
    def seen(self) -> int:
        """The version that was shown."""
        told = self.version.data or ""
        return int(told) if told.isdecimal() and len(told) < 10 else 0
