"""The letter, and the two reviews."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from eventmail.events.models import Material
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
    version = HiddenField(default="1")

    @classmethod
    def of(
        cls, shelf: list[Material], mailing: Mailing | None = None, *, batches: bool = False
    ) -> LetterForm:
        """The form with the shelf's materials to choose from, filled from a mailing or new.

        Without ``batches`` there is no choice of a mode, and so none that could be tampered with.
        """
        if mailing is None:
            form = cls(subject="【{イベント名}】資料の送付について", body=OPENING)
            chosen = [each.id for each in shelf]
        else:
            values = {name: getattr(mailing, name) for name in SHOWN}
            form = cls(**values, mode=mailing.mode.value, version=str(mailing.version))
            chosen = [each.id for each in mailing.materials]
        form.materials.choices = [SelectChoice(each.id, each.filename) for each in shelf]
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
        )


class ActForm(Form):
    """A button with nothing but its CSRF token."""


class CheckForm(Form):
    """The checker's yes: the number of recipients, counted and typed, for one digest."""

    digest = HiddenField()
    counted = IntegerField(
        "数えた送信先の件数", [InputRequired("数えた件数を半角の数字で入力してください。")]
    )


class ApproveForm(Form):
    """The approver's yes to one digest."""

    digest = HiddenField()


class ReturnForm(Form):
    """A no, with its reason."""

    digest = HiddenField()
    reason = LongTextField(
        "差し戻す理由", [DataRequired("差し戻す理由を入力してください。"), Length(max=400)]
    )
