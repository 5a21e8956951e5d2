"""The author's answers, the checker's tasks, and the decisions of the two looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wtforms import HiddenField, IntegerField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length

from eventmail.language import said
from eventmail.mailings.answers import LONGEST, TOO_LONG
from eventmail.mailings.findings import Finding
from eventmail.web.forms import Form, LongTextField, ProofForm

AT_A_TIME = 50  # answers on one page: as many as one form may well carry
PREFIX = "answer-"
ANSWER = said("このまま送ってよい理由")


class AnswersForm(Form):
    """A field for each finding that wants an answer; made anew for each draft."""

    @classmethod
    def of(cls, findings: Sequence[Finding], given: Mapping[str, str]) -> AnswersForm:
        """The form for these findings, with what was answered before."""
        fields = {
            PREFIX + each.key: LongTextField(
                said("{number}件目の指摘にこのまま送ってよい理由", number=number),
                [Length(max=LONGEST, message=TOO_LONG)],
            )
            for number, each in enumerate(findings, start=1)
        }
        made: AnswersForm = type("Answers", (cls,), fields)(
            data={PREFIX + key: text for key, text in given.items()}
        )
        return made

    @property
    def given(self) -> dict[str, str]:
        """What was typed, by the key of the finding."""
        return {
            name.removeprefix(PREFIX): (field.data or "").replace("\r\n", "\n")
            for name, field in self._fields.items()
            if name.startswith(PREFIX)
        }

    def asks(self, finding: Finding) -> bool:
        """Whether there is a field for this finding."""
        return PREFIX + finding.key in self._fields

    def field_of(self, finding: Finding) -> object:
        """The field in which a finding is answered."""
        return self[PREFIX + finding.key]


class StepForm(Form):
    """One of the checker's tasks, or his yes: a button for one digest."""

    digest = HiddenField()


class CountForm(StepForm):
    """The number of recipients, counted and typed."""

    counted = IntegerField(
        said("数えた送信先の件数"),
        [InputRequired(said("数えた件数を半角の数字で入力してください。"))],
    )


class ApproveForm(StepForm, ProofForm):
    """The approver's yes to one digest: proved to be his, and what he lifts."""

    remark = LongTextField(said("決裁の理由・条件など"), [Length(max=1000)])
    lifted = SelectMultipleField(said("中身を調べられない資料"), validate_choice=False)


class ReturnForm(StepForm):
    """A no that sends the mailing back, with its reason."""

    reason = LongTextField(
        said("差し戻す理由"),
        [DataRequired(said("差し戻す理由を入力してください。")), Length(max=400)],
    )


class RejectForm(StepForm):
    """A no for good, with its reason."""

    grounds = LongTextField(
        said("却下する理由"),
        [DataRequired(said("却下する理由を入力してください。")), Length(max=400)],
    )
