"""What the answer form says, in Japanese and in English; the organiser's questions stay as typed.

Every sentence about a wrong value says what it is about and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eventmail import clock
from eventmail.answers.models import Attendance, Question, QuestionKind
from eventmail.language import said


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Braces are filled in by the form.

    ``required`` and ``optional`` stand in the hints where the marks at the labels are not read.
    """

    attendance: str
    attending: str
    absent: str
    people: str
    people_hint: str
    message: str
    message_hint: str
    no_choice: str
    send: str
    send_again: str
    no_attendance: str
    no_people: str
    wrong_people: str
    no_answer: str
    not_of_choices: str
    no_number: str
    too_low: str
    too_high: str
    no_date: str
    too_long: str
    from_to: str
    from_on: str
    up_to: str
    changed: str
    look: str
    required: str
    optional: str

    def name(self, attendance: Attendance) -> str:
        """参加 or 欠席."""
        return self.attending if attendance is Attendance.ATTENDING else self.absent

    def between(self, low: int | None, high: int | None) -> str:
        """The bounds of a number; empty without any."""
        if low is not None and high is not None:
            return self.from_to.format(low=low, high=high)
        if low is not None:
            return self.from_on.format(low=low)
        return self.up_to.format(high=high) if high is not None else ""


JAPANESE = Words(
    attendance=said("参加・欠席"),
    attending=said("参加する"),
    absent=said("欠席する"),
    people=said("参加する人数"),
    people_hint=said("参加する場合に、ご本人を含めた人数を入力してください。"),
    message=said("連絡事項"),
    message_hint=said(
        "伝えたいことがあれば入力してください。同じ事業所のほかの担当者にも表示されます。"
    ),
    no_choice=said("回答しない"),
    send=said("回答を送る"),
    send_again=said("回答を変更する"),
    no_attendance=said("参加か欠席かを選んでください。"),
    no_people=said("参加する人数を入力してください。"),
    wrong_people=said("参加する人数を1から999までの数字で入力してください。"),
    no_answer=said("「{label}」に回答してください。"),
    not_of_choices=said("「{label}」は、表示されている中から選んでください。"),
    no_number=said("「{label}」は数字で入力してください。"),
    too_low=said("「{label}」は{low}以上の数字で入力してください。"),
    too_high=said("「{label}」は{high}以下の数字で入力してください。"),
    no_date=said("「{label}」は正しい日付で入力してください（例：2026-12-09）。"),
    too_long=said("「{label}」は{most}文字以内で入力してください（いまは{length}文字です）。"),
    from_to=said("{low}から{high}までの数字"),
    from_on=said("{low}以上の数字"),
    up_to=said("{high}以下の数字"),
    changed=said(
        "開いている間に、質問が変わりました。入力した内容は下に残っています。"
        "新しい質問を確かめて、もう一度送ってください。"
    ),
    look=said("入力内容をご確認ください"),
    required="",
    optional="",
)
ENGLISH = Words(
    attendance="Attendance",
    attending="We will attend",
    absent="We will not attend",
    people="Number of people",
    people_hint="If you attend: how many people, yourself included.",
    message="Message",
    message_hint="Anything you would like to tell the office. Your colleagues see it, too.",
    no_choice="No answer",
    send="Send the answer",
    send_again="Change the answer",
    no_attendance="Please choose whether you will attend.",
    no_people="Please enter the number of people.",
    wrong_people="Please enter the number of people as a number from 1 to 999.",
    no_answer="Please answer “{label}”.",
    not_of_choices="Please choose one of the options for “{label}”.",
    no_number="Please enter a number for “{label}”.",
    too_low="Please enter a number of {low} or more for “{label}”.",
    too_high="Please enter a number of {high} or less for “{label}”.",
    no_date="Please enter a valid date for “{label}” (for example 2026-12-09).",
    too_long="Please enter at most {most} characters for “{label}” (now {length}).",
    from_to="A number from {low} to {high}",
    from_on="A number of {low} or more",
    up_to="A number of {high} or less",
    changed=(
        "The questions have changed while this page was open. What you entered is still below. "
        "Please look at the new questions and send your answer again."
    ),
    look="Please check what you entered",
    required="Required.",
    optional="Optional.",
)
LANGUAGES = {"ja": JAPANESE, "en": ENGLISH}
ATTENDANCE_NAMES = {Attendance.ATTENDING: said("参加"), Attendance.ABSENT: said("欠席")}
UNANSWERED = said("未回答")


def shown(value: str, question: Question) -> str:
    """A stored answer as somebody reads it."""
    is_day = question.kind is QuestionKind.DATE and value
    return clock.japanese_date(date.fromisoformat(value)) if is_day else value
