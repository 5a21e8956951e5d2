"""Codes, passkeys and their names."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from eventmail.language import said
from eventmail.web.forms import Form, TextField

CODE = said("認証アプリの6桁のコード")
NO_CODE = said("コードを入力してください。")
NO_SCRIPT = said(
    "パスキーの応答がありませんでした。「パスキー」のボタンを、もう一度押してください。"
    "ボタンがないときは、ブラウザーのJavaScriptを使える設定にしてください。"
)


class AppForm(Form):
    """The first code of a new authenticator app."""

    code = TextField(CODE, [DataRequired(NO_CODE)])


class CodeForm(Form):
    """The second step: an app's code, or one of the sheet."""

    code = TextField(said("コード"), [DataRequired(NO_CODE)])


class PasskeyForm(Form):
    """What the browser answers for a passkey."""

    passkey = HiddenField(said("パスキー"), [DataRequired(NO_SCRIPT)])


class NewPasskeyForm(PasskeyForm):
    """A passkey to be registered, and what to call it."""

    name = TextField(
        said("パスキーの名前"),
        [DataRequired(said("パスキーの名前を入力してください。")), Length(max=60)],
    )


class ResetForm(Form):
    """Why a colleague's factors are taken away."""

    reason = TextField(
        said("理由"),
        [DataRequired(said("二段階認証を取り消す理由を入力してください。")), Length(max=200)],
    )
