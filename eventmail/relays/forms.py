"""Which server an office wants to send through."""

from __future__ import annotations

import re
from typing import Self

from wtforms import IntegerField, PasswordField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from eventmail.language import said
from eventmail.relays.kind import SECURITIES
from eventmail.relays.service import MOST_CONNECTIONS, MOST_PER_MINUTE, Choice
from eventmail.web.forms import Form, TextField
from eventmail.wire import Security

# Where relays listen (RFC 5321, RFC 6409, RFC 8314): the form is no way to try out other services.
PORTS = (587, 465, 25)
HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,62}\.)*[A-Za-z0-9-]{1,63}\Z")
NO_HOST = said(
    "送信サーバーの名前は、半角の英数字・ハイフン・ドットで入力してください。例：mail.example.lg.jp"
)
IN_THE_CLEAR = said(
    "ユーザー名とパスワードを使うときは、暗号化（STARTTLSかTLS）を選んでください。"
    "暗号化しないと、途中でパスワードを読まれます。"
)
BOTH = said("ユーザー名とパスワードは、両方とも入力するか、両方とも空にしてください。")


def _ports() -> list[SelectChoice]:
    return [SelectChoice(each, str(each)) for each in PORTS]


class ServerForm(Form):
    """A server of one's own; without a name the installation's."""

    _now: Choice = Choice()

    host = TextField(said("送信サーバー（空なら共通のサーバー）"), [Optional(), Length(max=253)])
    port = SelectField(said("ポート"), coerce=int, choices=_ports)
    security = SelectField(
        said("暗号化"),
        choices=[SelectChoice(kind.value, text) for kind, text in SECURITIES.items()],
    )
    username = TextField(said("ユーザー名（いらないときは空）"), [Length(max=200)])
    password = PasswordField(said("パスワード"), [Length(max=200)])
    connections = IntegerField(
        said("同時につなぐ数（1〜64）"),
        [InputRequired(), NumberRange(1, MOST_CONNECTIONS)],
        default=4,
    )
    per_minute = IntegerField(
        said("1分間に送る通数の上限（空なら制限なし）"),
        [Optional(), NumberRange(1, MOST_PER_MINUTE)],
    )
    most_recipients = IntegerField(
        said("BCC一括で一度に渡す件数の上限（1〜100）"),
        [InputRequired(), NumberRange(1, 100)],
        default=100,
    )

    def validate_host(self, field: TextField) -> None:
        """A plain host name."""
        if field.data and not HOST.match(field.data):
            raise ValidationError(NO_HOST)

    def validate_security(self, field: SelectField) -> None:
        """No password in the clear."""
        if self.username.data and field.data == Security.NONE.value:
            raise ValidationError(IN_THE_CLEAR)

    def validate_password(self, field: PasswordField) -> None:
        """Both or none; left empty, the password of the same user at the same server stays."""
        if not self.keeps_password and bool(field.data) != bool(self.username.data):
            raise ValidationError(BOTH)

    @property
    def keeps_password(self) -> bool:
        """Whether the password that is stored goes on to hold: it is sent nowhere else."""
        now = self._now
        same = (self.host.data, self.username.data) == (now.host, now.username)
        return bool(now.sealed_password) and same and not self.password.data

    @classmethod
    def of(cls, now: Choice) -> Self:
        """Beginning with what holds now."""
        form = cls(data=None if not now.host else now.told() | {"password": ""})
        form._now = now
        return form


class RelayForm(ServerForm):
    """The same, proposed to somebody else, who is told why."""

    reason = TextField(
        said("変更する理由"),
        [DataRequired(said("変更する理由を入力してください。")), Length(max=500)],
    )
