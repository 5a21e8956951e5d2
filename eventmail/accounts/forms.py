"""Signing in, entering one's password once more, and choosing a new one."""

from __future__ import annotations

from wtforms import PasswordField
from wtforms.validators import DataRequired, Length

from eventmail.web.forms import Form, TextField

NO_PASSWORD = "パスワードを入力してください。"  # noqa: S105


class SignInForm(Form):
    """Who, and the password."""

    login = TextField("ユーザー名", [DataRequired("ユーザー名を入力してください。")])
    password = PasswordField("パスワード", [DataRequired(NO_PASSWORD)])


class ConfirmForm(Form):
    """The password once more."""

    password = PasswordField("パスワード", [DataRequired(NO_PASSWORD)])


class NewPasswordForm(Form):
    """A new password, typed twice: it cannot be read while it is typed."""

    password = PasswordField("新しいパスワード", [DataRequired(NO_PASSWORD)])
    again = PasswordField(
        "新しいパスワード（もう一度）",
        [DataRequired("同じパスワードを、もう一度入力してください。")],
    )


class PersonForm(Form):
    """Who is to come."""

    name = TextField("氏名", [DataRequired("氏名を入力してください。"), Length(max=100)])
    login = TextField(
        "ユーザー名", [DataRequired("ユーザー名を入力してください。"), Length(max=100)]
    )
    address = TextField("メールアドレス", [Length(max=254)])
