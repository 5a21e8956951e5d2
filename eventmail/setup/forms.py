"""The forms of the first installation."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from eventmail.language import said
from eventmail.letters.trying import Box
from eventmail.proposals.mailboxes import LONGEST_NAME, NO_NAME
from eventmail.relays.forms import ServerForm
from eventmail.web.forms import Form, TextField

NO_ADDRESS = said("アドレスを入力してください。")
LONG = said("名前は200文字以内で入力してください。")


class OfficeForm(Form):
    """The first bureau and its first office."""

    bureau = TextField(
        said("労働局の名前"),
        [DataRequired(said("労働局の名前を入力してください。")), Length(max=200, message=LONG)],
    )
    office = TextField(
        said("所の名前"),
        [DataRequired(said("所の名前を入力してください。")), Length(max=200, message=LONG)],
    )


class FirstRelayForm(ServerForm):
    """A new office's server, and where the test mail goes. Nobody else has to be told why."""

    own = TextField(
        said("あなたのメールアドレス（試しの一通が届きます）"),
        [DataRequired(NO_ADDRESS), Length(max=254)],
    )


class MailboxForm(Form):
    """The mailbox that an office sends from."""

    address = TextField(said("アドレス"), [DataRequired(NO_ADDRESS), Length(max=254)])
    name = TextField(
        said("差出人名"), [DataRequired(NO_NAME), Length(max=LONGEST_NAME, message=NO_NAME)]
    )


class TrialForm(Form):
    """Which mailbox the test mail goes to; nothing else can be typed."""

    box = RadioField(said("試しの一通のあて先"), [InputRequired(said("あて先を選んでください。"))])

    @classmethod
    def of(cls, boxes: Sequence[Box]) -> TrialForm:
        """With the mailboxes to choose from."""
        form = cls()
        form.box.choices = [SelectChoice(each.key, str(each)) for each in boxes]
        if form.box.data is None and boxes:
            form.box.data = boxes[0].key
        return form
