"""To open an incident, to add what is known of it, to close it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import DateTimeLocalField, HiddenField, IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from eventmail import clock
from eventmail.incidents import service
from eventmail.incidents.models import Incident, Law
from eventmail.incidents.parties import LONGEST_COMPANY, LONGEST_PHONE, NO_COMPANY
from eventmail.incidents.reading.reader import YEARS
from eventmail.incidents.reading.values import Where
from eventmail.incidents.service import Opening
from eventmail.language import said
from eventmail.web.forms import Form, LongTextField, TextField

LAW_NAMES = {
    Law.ADMINISTRATIVE: said("行政機関等（国の機関・自治体・独立行政法人など）"),
    Law.PRIVATE: said("民間の事業者"),
}
PLACE_NAMES = {
    Where.TO: said("To（宛先）：ほかの宛先にアドレスが見えた"),
    Where.CC: said("Cc：ほかの宛先にアドレスが見えた"),
    Where.BCC: said("Bcc：メールは受け取ったが、アドレスは見えていない"),
}
NO_MOMENT = said("日時を「年月日 時:分」で入れてください。")
TOO_LONG = said("{what}は{most:,}文字までで入力してください。")
LONGEST_TEXT = 500_000
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class MomentField(DateTimeLocalField):  # type: ignore[misc]
    """A moment on a clock in Tokyo."""

    def __init__(self, label: str, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, format=FORMATS, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """As wtforms reads it, with a sentence of ours."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(NO_MOMENT) from error
        if self.data is not None and self.data.year not in YEARS:
            raise ValueError(NO_MOMENT)

    @property
    def moment(self) -> datetime | None:
        """The same in UTC."""
        return None if self.data is None else self.data.replace(tzinfo=clock.TOKYO).astimezone(UTC)


def local(moment: datetime | None) -> datetime | None:
    """A moment as the field shows it."""
    return clock.in_tokyo(moment).replace(tzinfo=None) if moment else None


class FactsForm(Form):
    """What happened, since when the office knows, and how it came to light."""

    title = TextField(
        said("何が起きたか"),
        [
            DataRequired(service.NO_TITLE),
            Length(max=service.LONGEST_TITLE, message=service.NO_TITLE),
        ],
    )
    noticed_at = MomentField(said("気づいた日時"), [InputRequired(NO_MOMENT)])
    happened_at = MomentField(said("起きた日時"), [Optional()])
    noticed_how = LongTextField(
        said("気づいたきっかけ"),
        [
            Length(
                max=service.LONGEST_TEXT,
                message=TOO_LONG.format(what=said("きっかけ"), most=service.LONGEST_TEXT),
            )
        ],
    )
    law = RadioField(
        said("法律の区分"),
        [InputRequired(said("法律の区分を選んでください。"))],
        choices=[SelectChoice(each.value, name) for each, name in LAW_NAMES.items()],
        default=Law.ADMINISTRATIVE.value,
    )

    @property
    def opening(self) -> Opening:
        """What was typed."""
        return Opening(
            title=self.title.data or "",
            noticed_at=self.noticed_at.moment or clock.now(),
            noticed_how=self.noticed_how.data or "",
            law=Law(self.law.data),
            happened_at=self.happened_at.moment,
        )


class EditForm(FactsForm):
    """The same, changed later."""

    version = IntegerField(widget=HiddenField.widget)

    @classmethod
    def of(cls, incident: Incident) -> EditForm:
        """Filled in from what is known."""
        return cls(
            title=incident.title,
            noticed_at=local(incident.noticed_at),
            happened_at=local(incident.happened_at),
            noticed_how=incident.noticed_how,
            law=incident.law.value,
            version=incident.version,
        )


class NewForm(FactsForm):
    """An incident from outside, with the mails that showed addresses."""

    files = MultipleFileField(said("送信済みのメールのファイル"))
    pasted = LongTextField(
        said("宛先の欄の貼り付け"),
        [
            Length(
                max=LONGEST_TEXT,
                message=TOO_LONG.format(what=said("貼り付ける文字"), most=LONGEST_TEXT),
            )
        ],
    )


class MailsForm(Form):
    """More mails: files, pasted text, or a list by hand."""

    files = MultipleFileField(said("送信済みのメールのファイル"))
    pasted = LongTextField(
        said("宛先の欄の貼り付け"),
        [
            Length(
                max=LONGEST_TEXT,
                message=TOO_LONG.format(what=said("貼り付ける文字"), most=LONGEST_TEXT),
            )
        ],
    )
    listed = LongTextField(
        said("宛先の事業所の一覧（手で入れるとき）"),
        [Length(max=LONGEST_TEXT, message=TOO_LONG.format(what=said("一覧"), most=LONGEST_TEXT))],
    )
    place = RadioField(
        said("一覧の事業所が入っていた欄"),
        choices=[SelectChoice(each.value, name) for each, name in PLACE_NAMES.items()],
        default=Where.TO.value,
    )
    sent_at = MomentField(said("一覧のメールを送った日時"), [Optional()])


class PartiesForm(Form):
    """Names and telephone numbers, for many companies at once."""

    listed = LongTextField(
        said("事業所名・アドレス・電話番号"),
        [Length(max=LONGEST_TEXT, message=TOO_LONG.format(what=said("一覧"), most=LONGEST_TEXT))],
    )
    file = FileField(said("事業所の名簿のファイル"))


class PartyForm(Form):
    """One company's name and number."""

    company = TextField(
        said("事業所名"),
        [DataRequired(NO_COMPANY), Length(max=LONGEST_COMPANY, message=NO_COMPANY)],
    )
    phone = TextField(
        said("電話番号"),
        [Length(max=LONGEST_PHONE, message=said("電話番号は40文字までで入力してください。"))],
    )
    version = IntegerField(widget=HiddenField.widget)


class NoteForm(Form):
    """Why the response ends, or goes on."""

    note = LongTextField(
        said("理由や確かめたこと"),
        [
            DataRequired(said("理由や確かめたことを、1文で入力してください。")),
            Length(max=1000, message=TOO_LONG.format(what=said("理由"), most=1000)),
        ],
    )
    version = IntegerField(widget=HiddenField.widget)
