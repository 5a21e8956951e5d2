"""To write a notice, to send exactly what was shown, and to take one back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from eventmail.language import said
from eventmail.notices.addressing import NO_OFFICE
from eventmail.notices.drafting import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    NO_ROLE,
    NO_TEXT,
    NO_TITLE,
    Draft,
    Words,
)
from eventmail.notices.models import KIND_NAMES, Kind, Notice
from eventmail.notices.service import NO_REASON
from eventmail.offices.models import Office, Role
from eventmail.offices.permissions import ROLE_NAMES
from eventmail.web.forms import Form, LongTextField, TextField, boxes

EVERY, CHOSEN = "all", "chosen"
TO = {
    Kind.CAUTION: said("役割を選んで、担当する職員に送る"),
    Kind.INSTRUCTION: said("所の管理者に送る"),
}
TOO_LONG = said("{most}文字までで入力してください。")
UNSEEN = said("送る所と人数を確かめて、確認の欄にチェックを入れてください。")
HEX = said("送られた内容を読み取れませんでした。もう一度「送る前に確かめる」から進んでください。")


class WriteForm(Form):
    """What, to whom, and until when it must be read. ``corrects``: the batch that it mends."""

    kind = RadioField(
        said("種類"),
        [InputRequired(said("種類を選んでください。"))],
        choices=[
            SelectChoice(each.value, said("{kind}（{to}）", kind=KIND_NAMES[each], to=TO[each]))
            for each in Kind
        ],
        default=Kind.CAUTION.value,
    )
    title = TextField(
        said("題名"),
        [
            DataRequired(NO_TITLE),
            Length(max=LONGEST_TITLE, message=TOO_LONG.format(most=LONGEST_TITLE)),
        ],
    )
    text = LongTextField(
        said("本文"),
        [
            DataRequired(NO_TEXT),
            Length(max=LONGEST_TEXT, message=TOO_LONG.format(most=LONGEST_TEXT)),
        ],
    )
    due_on = DateField(said("読んだことを確認する期限"), [Optional()])
    where = RadioField(said("送る所"), [InputRequired(NO_OFFICE)], default=EVERY)
    offices = boxes(said("選ぶ所"), coerce=int)
    whom = RadioField(
        said("送る役割"),
        [InputRequired(NO_ROLE)],
        choices=[
            SelectChoice(EVERY, said("すべての役割（指示のときは、所の管理者）")),
            SelectChoice(CHOSEN, said("下で選んだ役割だけ")),
        ],
        default=EVERY,
    )
    roles = boxes(
        said("選ぶ役割"),
        choices=[SelectChoice(each.value, name) for each, name in ROLE_NAMES.items()],
    )
    corrects = HiddenField()

    def validate(self, **options: Any) -> bool:
        """Those who are chosen are ticked."""
        good: bool = super().validate(**options)
        for radio, ticked, fault in (
            (self.where, self.offices, NO_OFFICE),
            (self.whom, self.roles, NO_ROLE),
        ):
            if radio.data == CHOSEN and not ticked.data:
                ticked.errors = [*ticked.errors, fault]
                good = False
        return good

    def draft(self, first: Notice | None) -> Draft:
        """What was written; a correction has the kind and the roles of the ``first``."""
        return Draft(
            kind=first.kind if first else Kind(self.kind.data),
            title=self.title.data,
            text=self.text.data.replace("\r\n", "\n").strip(),
            due_on=self.due_on.data,
            roles=frozenset(map(Role, first.roles)) if first else self._roles,
            office_ids=frozenset(self.offices.data) if self.where.data == CHOSEN else None,
            corrects=self.corrects.data if first else "",
        )

    @property
    def _roles(self) -> frozenset[Role]:
        if self.whom.data == CHOSEN:
            return frozenset(map(Role, self.roles.data))
        heads = self.kind.data == Kind.INSTRUCTION.value
        return frozenset({Role.MANAGER} if heads else Role)

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What was typed, name by name, for a page that sends it on."""
        own = [each for each in self if each.name in WRITTEN]
        pairs = [(each.name, each.data) for each in own]
        many = [(name, one) for name, data in pairs for one in _each(data)]
        return [(name, str(value)) for name, value in many]


WRITTEN = {"kind", "title", "text", "due_on", "where", "offices", "whom", "roles", "corrects"}


def _each(data: Any) -> list[Any]:
    if data is None:
        return []
    return list(data) if isinstance(data, list) else [data]


def filled_in(form: type[WriteForm], offices: Sequence[Office], words: Words | None) -> WriteForm:
    """The form for an overseer of these offices, with words to begin from."""
    begun = {"kind": words.kind.value, "title": words.title, "text": words.text} if words else {}
    made = form(data=begun) if words else form()
    made.where.choices = [
        SelectChoice(EVERY, said("すべての所（{offices}所）", offices=len(offices))),
        SelectChoice(CHOSEN, said("下で選んだ所だけ")),
    ]
    made.offices.choices = [SelectChoice(each.id, each.name) for each in offices]
    return made


class SendForm(WriteForm):
    """The same, after it was looked at: which people were shown, and that they were."""

    batch = HiddenField(validators=[Regexp("^[0-9a-f]{32}$", message=HEX)])
    seen = HiddenField(validators=[Regexp("^[0-9a-f]{64}$", message=HEX)])
    confirmed = BooleanField(said("確認"), [DataRequired(UNSEEN)])


def new_batch() -> str:
    """The name under which a notice is sent once, however often the button is pressed."""
    return secrets.token_hex(16)


class WithdrawForm(Form):
    """Why it is taken back."""

    reason = TextField(
        said("取り下げる理由"),
        [DataRequired(NO_REASON), Length(max=200, message=TOO_LONG.format(most=200))],
    )
    confirmed = BooleanField(
        said("取り下げることを確認しました"),
        [DataRequired(said("確認の欄にチェックを入れてください。"))],
    )
