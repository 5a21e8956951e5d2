"""The forms: one address more, a consent, and what somebody at his own link chooses."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import DateField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from eventmail import clock
from eventmail.events.models import Event
from eventmail.language import said
from eventmail.suppression.models import SOURCE_NAMES, WAY_NAMES, Kind, Source, Way
from eventmail.suppression.service import NO_CONSENT, Consent
from eventmail.web.forms import Form, TextField

OFFICE = 0  # instead of an event's number
NO_DAY = said("日付を正しく入力してください。")
BY_HAND = (Source.PHONE, Source.REPLY)


class AddForm(Form):
    """Somebody said on the phone or in a reply that he wants no more mails."""

    address = TextField(
        said("メールアドレス"),
        [DataRequired(said("メールアドレスを入力してください。")), Length(max=254)],
    )
    kind = RadioField(
        said("止めるもの"),
        choices=[
            SelectChoice(
                Kind.ASKED_BY_PHONE.value, said("すべてのメール（もう送らないよう言われた）")
            ),
            SelectChoice(Kind.UNSUBSCRIBED.value, said("案内だけ（業務連絡は送ってよい）")),
            SelectChoice(Kind.BOUNCED.value, said("すべてのメール（アドレスが使われていない）")),
        ],
        default=Kind.ASKED_BY_PHONE.value,
    )
    source = RadioField(
        said("どのように受け付けたか"),
        choices=[SelectChoice(each.value, SOURCE_NAMES[each]) for each in BY_HAND],
        default=Source.PHONE.value,
    )
    event_id = SelectField(said("止める範囲"), coerce=int, default=OFFICE)
    reason = TextField(said("くわしい事情"), [Length(max=200)])

    @classmethod
    def of(cls, events: Sequence[Event], **values: object) -> AddForm:
        """The form with the office's events to choose from."""
        form = cls(**values)
        form.event_id.choices = [
            SelectChoice(OFFICE, said("この所のすべてのイベント")),
            *(SelectChoice(each.id, said("「{name}」だけ", name=each.name)) for each in events),
        ]
        return form


class LiftForm(Form):
    """With whose word mails go there again."""

    told = TextField(
        said("だれから、どのような同意を得たか"),
        [
            DataRequired(NO_CONSENT),
            Length(max=300, message=said("300文字までで入力してください。")),
        ],
    )
    way = RadioField(
        said("同意の受け方"),
        choices=[SelectChoice(each.value, WAY_NAMES[each]) for each in Way],
        default=Way.PHONE.value,
    )
    on = DateField(said("同意を得た日"), [InputRequired(NO_DAY)], default=clock.today)

    @property
    def consent(self) -> Consent:
        """What was typed."""
        return Consent(self.on.data, Way(self.way.data), self.told.data)
