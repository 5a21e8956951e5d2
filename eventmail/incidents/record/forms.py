"""What is typed about an incident: a judgement, a report, a line of the chronology, a measure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import DateField, HiddenField, RadioField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from eventmail.clock import TOKYO, in_tokyo
from eventmail.incidents.record.deadlines import Assessed, Own
from eventmail.incidents.record.models import LEVEL_NAMES, Level
from eventmail.incidents.record.reporting import MOST_DAYS
from eventmail.incidents.record.service import Plan
from eventmail.language import said
from eventmail.offices.models import Staff
from eventmail.web.forms import Form, LongTextField, TextField

NO_DAY = said("日付を入力してください。")
NO_TIME = said("時刻を入力してください。")
ODD_DAY = said("日付は、2000年から2100年までで入力してください。")
NO_ANSWER = said("「はい」か「いいえ」を選んでください。")
YES_NO = [SelectChoice("yes", said("はい")), SelectChoice("no", said("いいえ"))]
NOBODY, NEVER = 0, "none"


def _of_our_time(_form: Form, field: DateField) -> None:
    if field.data is not None and not 2000 <= field.data.year <= 2100:
        raise ValidationError(ODD_DAY)


class SeenForm(Form):
    """``seen``: which version the page had shown."""

    seen = HiddenField(default="0")

    @property
    def version(self) -> int:
        """That version; what is no number is none that exists."""
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1

    def shows(self, version: int) -> None:
        """From here on the page shows that version beside what was typed."""
        self.seen.data = str(version)


class ReasonForm(SeenForm):
    """Why something is taken back, left out or given up."""

    note = TextField(said("理由"), [Length(max=1000)])


class MomentForm(SeenForm):
    """A day and an hour in Tokyo."""

    on = DateField(said("日付"), [InputRequired(NO_DAY), _of_our_time])
    time = TimeField(said("時刻"), [InputRequired(NO_TIME)])

    @property
    def moment(self) -> datetime:
        """The moment that was typed."""
        return datetime.combine(self.on.data, self.time.data, TOKYO)

    @staticmethod
    def shown(moment: datetime) -> dict[str, Any]:
        """The fields of a moment, to the minute."""
        local = in_tokyo(moment)
        return {"on": local.date(), "time": local.time().replace(second=0, microsecond=0)}


class ReportForm(MomentForm):
    """報告した."""

    number = TextField(said("受付番号・文書番号"), [Length(max=100)])
    note = TextField(said("メモ"), [Length(max=1000)])


class EntryForm(MomentForm):
    """A line of the chronology."""

    text = LongTextField(
        said("あったこと"),
        [DataRequired(said("何があったかを入力してください。")), Length(max=1000)],
    )
    public = LongTextField(said("外に出すときの文"), [Length(max=1000)])
    note = TextField(said("直す理由"), [Length(max=1000)])


class AssessForm(SeenForm):
    """What no machine can know of an incident."""

    sensitive = RadioField(
        said("要配慮個人情報（病歴、障害、犯罪の経歴など）が含まれていますか"),
        [InputRequired(NO_ANSWER)],
        choices=YES_NO,
    )
    financial = RadioField(
        said("不正に使われて、財産的な被害が出るおそれがありますか（口座番号、カード番号など）"),
        [InputRequired(NO_ANSWER)],
        choices=YES_NO,
    )
    malicious = RadioField(
        said("不正の目的（持ち出し、不正アクセスなど）で行われたおそれがありますか"),
        [InputRequired(NO_ANSWER)],
        choices=YES_NO,
    )
    note = TextField(said("判断の理由"), [Length(max=1000)])

    @property
    def said(self) -> Assessed:
        """The three answers."""
        answers = (self.sensitive, self.financial, self.malicious)
        return Assessed(*(each.data == "yes" for each in answers))

    @staticmethod
    def shown(answers: Assessed) -> dict[str, str]:
        """The fields of an answer."""
        return {
            name: "yes" if getattr(answers, name) else "no"
            for name in ("sensitive", "financial", "malicious")
        }


class OwnForm(Form):
    """The office's own deadlines."""

    internal = SelectField(said("所内の報告の期限"))
    bureau = SelectField(said("労働局への報告の期限"))

    @classmethod
    def of(cls, now: Own) -> OwnForm:
        """With what holds now chosen."""
        form = cls(data={"internal": _days(now.internal), "bureau": _days(now.bureau)})
        for field in (form.internal, form.bureau):
            field.choices = [
                SelectChoice(NEVER, said("期限を決めない")),
                SelectChoice("0", said("知った日のうち")),
                *(
                    SelectChoice(str(each), said("知った日から{each}開庁日以内", each=each))
                    for each in range(1, MOST_DAYS + 1)
                ),
            ]
        return form

    @property
    def wanted(self) -> Own:
        """What was chosen."""
        chosen = (self.internal.data, self.bureau.data)
        return Own(*(None if each == NEVER else int(each) for each in chosen))


class MeasureForm(SeenForm):
    """What is to be done by whom until when."""

    text = LongTextField(
        said("再発防止策"), [DataRequired(said("再発防止策を入力してください。")), Length(max=500)]
    )
    level = RadioField(
        said("だれが行うか"),
        [InputRequired(said("所か労働局かを選んでください。"))],
        choices=[SelectChoice(each.value, name) for each, name in LEVEL_NAMES.items()],
        default=Level.OFFICE.value,
    )
    owner = SelectField(said("担当の職員"), coerce=int, default=NOBODY)
    owner_name = TextField(said("担当（職員のほか）"), [Length(max=100)])
    due_on = DateField(
        said("期限"), [InputRequired(said("期限の日を入力してください。")), _of_our_time]
    )
    note = TextField(said("メモ"), [Length(max=1000)])
    training = HiddenField(default="")

    @classmethod
    def of(cls, people: Sequence[Staff], **shown: Any) -> MeasureForm:
        """With the colleagues to choose from. ``formdata=None``: whatever was posted."""
        options = {"formdata": shown.pop("formdata")} if "formdata" in shown else {}
        form = cls(data=shown, **options)
        form.owner.choices = [
            SelectChoice(NOBODY, said("（職員のほか）")),
            *(SelectChoice(each.id, each.name) for each in people),
        ]
        return form

    @property
    def plan(self) -> Plan:
        """What was typed."""
        return Plan(
            text=" ".join(str(self.text.data).split()),
            level=Level(self.level.data),
            owner_id=self.owner.data or None,
            owner_name=self.owner_name.data or "",
            due_on=self.due_on.data,
            training=bool(self.training.data),
        )


class DoneForm(SeenForm):
    """実施した."""

    done_on = DateField(said("実施した日"), [InputRequired(NO_DAY), _of_our_time])
    note = TextField(said("メモ"), [Length(max=1000)])


class CauseForm(SeenForm):
    """One cause in one's own words."""

    text = TextField(
        said("原因"), [DataRequired(said("原因を入力してください。")), Length(max=500)]
    )


def _days(count: int | None) -> str:
    return NEVER if count is None else str(count)
