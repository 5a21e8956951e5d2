"""What somebody writes for the papers himself."""

from __future__ import annotations

from datetime import date

from wtforms import DateField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from eventmail.incidents.papers.values import Published, Written
from eventmail.language import said
from eventmail.web.forms import Form, LongTextField

CHOICES = {
    Published.UNDECIDED: said("まだ決めていない"),
    Published.YES: said("公表する"),
    Published.NO: said("公表しない"),
}
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
NO_SUCH_DAY = said("公表する日は、2000年から2100年までの日を入力してください。")


def _text(label: str, longest: int) -> LongTextField:
    too_long = said("{longest}文字までです。短くしてください。", longest=longest)
    return LongTextField(label, [Length(max=longest, message=too_long)])


class NotesForm(Form):
    """二次被害, 公表, お問い合わせ先, and the words before the facts."""

    version = HiddenField(default="0")
    second_harm = _text(said("二次被害"), 1000)
    published = RadioField(
        said("公表"),
        [InputRequired(said("公表するかどうかを選んでください。"))],
        choices=[SelectChoice(each.value, name) for each, name in CHOICES.items()],
        default=Published.UNDECIDED.value,
    )
    published_on = DateField(said("公表する日"), [Optional()])
    contact = _text(said("お問い合わせ先"), 500)
    introduction = _text(said("報道発表のはじめの文"), 1000)
    reference = _text(said("その他参考となる事項"), 1000)

    def validate_published_on(self, field: DateField) -> None:
        """A day of our time."""
        if field.data is not None and not EARLIEST <= field.data <= LATEST:
            raise ValidationError(NO_SUCH_DAY)

    @classmethod
    def of(cls, now: Written) -> NotesForm:
        """The form with what is written now."""
        return cls(
            formdata=None,
            data={
                "version": str(now.version),
                "second_harm": now.second_harm,
                "published": now.published.value,
                "published_on": now.published_on,
                "contact": now.contact,
                "introduction": now.introduction,
                "reference": now.reference,
            },
        )

    @property
    def wanted(self) -> Written:
        """What was typed."""
        shown = str(self.version.data or "")
        return Written(
            second_harm=_lines(self.second_harm.data),
            contact=_lines(self.contact.data),
            published=Published(self.published.data),
            published_on=self.published_on.data,
            introduction=_lines(self.introduction.data),
            reference=_lines(self.reference.data),
            version=int(shown) if shown.isdecimal() and len(shown) < 9 else 0,
        )


def _lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()
