"""The form of each kind of setting: what it shows now, and what was asked for.

``FORMS`` is the table of the page: a later room adds its kind's form beside its kind (``add``).
"""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from eventmail.language import said
from eventmail.offices.settings import Value
from eventmail.proposals import mailboxes
from eventmail.proposals.kinds import Kind
from eventmail.proposals.mailboxes import LONGEST_NAME, MAILBOX, NO_NAME
from eventmail.proposals.sending import (
    BATCHES,
    FIRST_COPY,
    HOLD_MINUTES,
    LARGEST_BATCH,
    LONGEST,
    WRONG_MINUTES,
    WRONG_SIZE,
)
from eventmail.proposals.service import NO_GROUNDS, NO_REASON
from eventmail.web.forms import Form, LongTextField, ProofForm, TextField

TOO_LONG = said("500文字までにしてください。")
CHOOSE = said("どちらかを選んでください。")


class ChangeForm(Form):
    """What every proposal carries: the reason."""

    reason = LongTextField(
        said("変更する理由"), [DataRequired(NO_REASON), Length(max=500, message=TOO_LONG)]
    )

    @classmethod
    def of(cls, now: Value) -> ChangeForm:
        """With the value that holds now, unless something was sent."""
        return cls(data=cls.shown(now))

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        raise NotImplementedError

    def wanted(self, now: Value) -> Value:
        """The value that was asked for; ``now`` for what the form does not ask."""
        raise NotImplementedError

    def subject(self, given: str) -> str:
        """Which of several things it is about; ``given`` where the page already says so."""
        return given


class BatchesForm(ChangeForm):
    """BCC一括, and how many at once."""

    allowed = RadioField(
        said("BCC一括送信"),
        [InputRequired(CHOOSE)],
        choices=[SelectChoice("no", said("認めない")), SelectChoice("yes", said("認める"))],
    )
    size = IntegerField(
        said("一度に渡すあて先の数"),
        [InputRequired(WRONG_SIZE), NumberRange(1, LARGEST_BATCH, message=WRONG_SIZE)],
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        return {"allowed": "yes" if now["allowed"] else "no", "size": now["size"]}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return {"allowed": self.allowed.data == "yes", "size": self.size.data}


class HoldForm(ChangeForm):
    """The hold after approval."""

    minutes = IntegerField(
        said("決裁から送信開始まで待つ分数"),
        [InputRequired(WRONG_MINUTES), NumberRange(0, LONGEST, message=WRONG_MINUTES)],
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        return {"minutes": now}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return self.minutes.data


class FirstCopyForm(ChangeForm):
    """By hand, or after some minutes."""

    way = RadioField(
        said("送信控えの確かめ方"),
        [InputRequired(CHOOSE)],
        choices=[
            SelectChoice("hand", said("職員が控えを確かめてから、残りを送る")),
            SelectChoice("minutes", said("決めた分数がたったら、残りを自動で送る")),
        ],
    )
    minutes = IntegerField(
        said("自動で送るまでの分数"), [Optional(), NumberRange(0, LONGEST, message=WRONG_MINUTES)]
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        return {"way": "hand" if now is None else "minutes", "minutes": now}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return None if self.way.data == "hand" else self.minutes.data

    def validate(self, **options: Any) -> bool:
        """Automatically needs a number."""
        good: bool = super().validate(**options)
        if good and self.way.data == "minutes" and self.minutes.data is None:
            self.minutes.errors = [WRONG_MINUTES]
            return False
        return good


class NewMailboxForm(ChangeForm):
    """One more mailbox of the office."""

    address = TextField(
        said("アドレス"), [DataRequired(said("アドレスを入力してください。")), Length(max=254)]
    )
    name = TextField(
        said("差出人名"), [DataRequired(NO_NAME), Length(max=LONGEST_NAME, message=NO_NAME)]
    )

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """Nothing is there yet."""
        return {}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return {"name": self.name.data}

    def subject(self, given: str) -> str:
        """The address that was typed, as it is stored; :class:`UserError` if it is none."""
        return mailboxes.place_of(0, self.address.data).subject


class MailboxForm(ChangeForm):
    """Another name for a mailbox, or none of it any more."""

    way = RadioField(
        said("変更の内容"),
        [InputRequired(CHOOSE)],
        choices=[
            SelectChoice("rename", said("差出人名を変える")),
            SelectChoice("remove", said("このアドレスを削除する")),
        ],
    )
    name = TextField(said("差出人名"), [Length(max=LONGEST_NAME, message=NO_NAME)])

    @staticmethod
    def shown(now: Value) -> dict[str, Any]:
        """The fields of a value."""
        return {"way": "rename", "name": now["name"] if now else ""}

    def wanted(self, now: Value) -> Value:
        """The value that was asked for."""
        return None if self.way.data == "remove" else {"name": self.name.data}


class ConfirmForm(ProofForm):
    """The other person's yes to one digest, proved to be his."""

    digest = HiddenField()


class DeclineForm(Form):
    """The other person's no."""

    digest = HiddenField()
    grounds = LongTextField(
        said("認めない理由"), [DataRequired(NO_GROUNDS), Length(max=500, message=TOO_LONG)]
    )


FORMS: dict[str, type[ChangeForm]] = {}
NEW_FORMS: dict[str, type[ChangeForm]] = {}  # for kinds of which an office has several


def add(kind: Kind, form: type[ChangeForm], new: type[ChangeForm] | None = None) -> None:
    """Let a kind be changed on the page; ``new`` makes another thing of it."""
    FORMS[kind.name] = form
    if new is not None:
        NEW_FORMS[kind.name] = new


add(BATCHES, BatchesForm)
add(HOLD_MINUTES, HoldForm)
add(FIRST_COPY, FirstCopyForm)
add(MAILBOX, MailboxForm, NewMailboxForm)
