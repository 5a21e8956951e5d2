"""The letter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from eventmail import clock
from eventmail.events.models import Event, Material
from eventmail.mailings.models import Mailing, SendMode
from eventmail.mailings.service import Draft
from eventmail.web.forms import Form, LongTextField, TextField

OPENING = """{宛名}

いつもお世話になっております。

このたびは「{イベント名}」へのご参加をお申し込みいただき、誠にありがとうございます。
当日の資料をお送りしますので、ご確認くださいますようお願いいたします。

　開催日：{開催日}
　時　間：{時間}
　会　場：{会場}

ご不明な点がありましたら、このメールにご返信ください。
どうぞよろしくお願いいたします。
"""


LATEST_START = timedelta(days=60)
HALF_TYPED = "日付と時刻の両方を入力するか、両方とも空にしてください。"
NO_DATE = "日付を正しく入力してください。"
NO_TIME = "時刻を正しく入力してください。"
TOO_EARLY = (
    "予定の時刻がもう過ぎています。これからの時刻にするか、空にして決裁のあとすぐに送ってください。"
)
TOO_LATE = "予定は、きょうから60日後までの日にしてください。"
AFTER_EVENT = "予定が開催日（{day}）より後です。開催日までの日にしてください。"

SHOWN = ("purpose", "subject", "body", "html")
MODES = [
    SelectChoice("individual", "個別送信：1件に1通ずつ、別々のメールで送る（おすすめ）"),
    SelectChoice("batch", "BCC一括送信：同じ文面を、あて先を表示せずにまとめて送る"),
]


class LetterForm(Form):
    """Purpose, subject, text and materials, with the version of the draft that was shown."""

    purpose = TextField("目的", [DataRequired("目的を入力してください。"), Length(max=200)])
    subject = TextField("件名", [DataRequired("件名を入力してください。"), Length(max=500)])
    body = LongTextField("本文", [DataRequired("本文を入力してください。"), Length(max=20000)])
    materials = SelectMultipleField(
        "添付する資料",
        coerce=int,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    mode = RadioField("送信方法", choices=MODES, default=SendMode.INDIVIDUAL.value)
    html = BooleanField("HTML形式の本文も付ける")
    send_on = DateField("送信を始める日", [Optional()])
    send_time = TimeField("送信を始める時刻", [Optional()])
    version = HiddenField(default="1")
    held_on: date

    @classmethod
    def of(
        cls,
        shelf: list[Material],
        event: Event,
        mailing: Mailing | None = None,
        *,
        batches: bool = False,
    ) -> LetterForm:
        """The form with the shelf's materials to choose from, filled from a mailing or new.

        Without ``batches`` there is no choice of a mode, and so none that could be tampered with.
        """
        if mailing is None:
            form = cls(subject="【{イベント名}】資料の送付について", body=OPENING)
            chosen = [each.id for each in shelf]
        else:
            values = {name: getattr(mailing, name) for name in SHOWN}
            start = clock.in_tokyo(mailing.send_at) if mailing.send_at else None
            form = cls(
                **values,
                mode=mailing.mode.value,
                version=str(mailing.version),
                send_on=start and start.date(),
                send_time=start and start.time(),
            )
            chosen = [each.id for each in mailing.materials]
        form.materials.choices = [SelectChoice(each.id, each.filename) for each in shelf]
        form.held_on = event.held_on
        if not batches:
            del form.mode
        if not form.is_submitted():
            form.materials.data = chosen
        return form

    @property
    def draft(self) -> Draft:
        """What was typed."""
        version = self.version.data or ""
        return Draft(
            purpose=self.purpose.data,
            subject=self.subject.data,
            body=self.body.data.replace("\r\n", "\n"),
            material_ids=frozenset(self.materials.data or ()),
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            mode=SendMode(self.mode.data) if self.mode is not None else SendMode.INDIVIDUAL,
            html=bool(self.html.data),
            send_at=self.send_at,
        )

    @property
    def send_at(self) -> datetime | None:
        """The planned start as typed, on a clock in Tokyo; None for as soon as it may."""
        if self.send_on.data is None or self.send_time.data is None:
            return None
        return datetime.combine(self.send_on.data, self.send_time.data, clock.TOKYO)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then the planned start as a whole."""
        fine = bool(super().validate(extra_validators))
        field, sentence = self._wrong_start()
        if sentence:
            field.errors = [sentence]
        return fine and not sentence

    def _wrong_start(self) -> tuple[Any, str]:
        """What is wrong with the planned start, and where; one sentence at a time."""
        for field, sentence in ((self.send_on, NO_DATE), (self.send_time, NO_TIME)):
            if field.errors:
                return field, sentence
        start = self.send_at
        if start is None:
            missing = self.send_on if self.send_on.data is None else self.send_time
            half = self.send_on.data is not None or self.send_time.data is not None
            return missing, HALF_TYPED if half else ""
        return self.send_on, too_early_or_late(start, self.held_on)


def too_early_or_late(start: datetime, held_on: date) -> str:
    """What is wrong with the moment of a planned start; after the event any day may do."""
    today = clock.today()
    if start <= clock.now():
        return TOO_EARLY
    if start.date() > today + LATEST_START:
        return TOO_LATE
    if start.date() > held_on >= today:
        return AFTER_EVENT.format(day=clock.japanese_date(held_on))
    return ""


class ActForm(Form):
    """A button with nothing but its CSRF token."""
