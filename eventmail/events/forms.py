"""The event's facts, and files for its shelf."""

from __future__ import annotations

from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from eventmail.events.models import Event
from eventmail.events.service import EventFacts
from eventmail.language import said
from eventmail.offices.models import Mailbox
from eventmail.web.forms import Form, TextField


class EventForm(Form):
    """名称、日時、会場、差出人、返信先."""

    name = TextField(
        said("イベント名"), [DataRequired(said("イベント名を入力してください。")), Length(max=200)]
    )
    held_on = DateField(said("開催日"), [DataRequired(said("開催日を入力してください。"))])
    hours = TextField(said("時間"), [Length(max=60)])
    place = TextField(
        said("会場"), [DataRequired(said("会場を入力してください。")), Length(max=200)]
    )
    sender_id = SelectField(said("差出人"), coerce=int)
    reply_to_id = SelectField(said("返信先"), coerce=int)

    @classmethod
    def of(cls, mailboxes: list[Mailbox], event: Event | None = None) -> EventForm:
        """The form with the office's mailboxes to choose from, filled from an event."""
        form = cls(obj=event)
        choices = [SelectChoice(box.id, f"{box.name} <{box.address}>") for box in mailboxes]
        form.sender_id.choices = form.reply_to_id.choices = choices
        return form

    @property
    def facts(self) -> EventFacts:
        """What was typed."""
        return EventFacts(
            name=self.name.data,
            held_on=self.held_on.data,
            hours=self.hours.data or "",
            place=self.place.data,
            sender_id=self.sender_id.data,
            reply_to_id=self.reply_to_id.data,
        )


class MaterialForm(Form):
    """One or more files for the shelf."""

    files = MultipleFileField(
        said("資料のファイル"), [FileRequired(said("ファイルを選んでください。"))]
    )
