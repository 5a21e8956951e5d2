"""Which server an office wants to send through."""

from __future__ import annotations

import re

from wtforms import IntegerField, PasswordField, SelectField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from eventmail.web.forms import Form, TextField
from eventmail.wire import Security

# Where relays listen (RFC 5321, RFC 6409, RFC 8314): the form is no way to try out other services.
PORTS = (587, 465, 25)
SECURITIES = {
    Security.STARTTLS: "STARTTLS（587番で多い）",
    Security.TLS: "はじめからTLS（465番で多い）",
    Security.NONE: "暗号化しない（同じ建物の中のサーバーだけ）",
}
HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,62}\.)*[A-Za-z0-9-]{1,63}\Z")
NO_HOST = (
    "送信サーバーの名前は、半角の英数字・ハイフン・ドットで入力してください。例：mail.example.lg.jp"
)
IN_THE_CLEAR = (
    "ユーザー名とパスワードを使うときは、暗号化（STARTTLSかTLS）を選んでください。"
    "暗号化しないと、途中でパスワードを読まれます。"
)
BOTH = "ユーザー名とパスワードは、両方とも入力するか、両方とも空にしてください。"


class RelayForm(Form):
    """A server of one's own; without a name the installation's."""

    host = TextField("送信サーバー（空なら共通のサーバー）", [Optional(), Length(max=253)])
    port = SelectField("ポート", coerce=int, choices=[(each, str(each)) for each in PORTS])
    security = SelectField("暗号化", choices=[(k.value, text) for k, text in SECURITIES.items()])
    username = TextField("ユーザー名（いらないときは空）", [Length(max=200)])
    password = PasswordField("パスワード", [Length(max=200)])
    connections = IntegerField(
        "同時につなぐ数（1〜64）", [InputRequired(), NumberRange(1, 64)], default=4
    )
    per_minute = IntegerField(
        "1分間に送る通数の上限（空なら制限なし）", [Optional(), NumberRange(1, 100_000)]
    )
    most_recipients = IntegerField(
        "BCC一括で一度に渡す件数の上限（1〜100）",
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
        """Both or none."""
        if bool(field.data) != bool(self.username.data):
            raise ValidationError(BOTH)
