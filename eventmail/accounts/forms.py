"""Signing in, entering one's password once more, and choosing a new one."""

from __future__ import annotations

from wtforms import PasswordField
from wtforms.validators import DataRequired, Length

from eventmail.language import said
from eventmail.web.forms import Form, TextField

NO_PASSWORD = said("パスワードを入力してください。")


class SignInForm(Form):
    """Who, and the password."""

    login = TextField(said("ユーザー名"), [DataRequired(said("ユーザー名を入力してください。"))])
    password = PasswordField(said("パスワード"), [DataRequired(NO_PASSWORD)])


class ConfirmForm(Form):
    """The password once more."""

    password = PasswordField(said("パスワード"), [DataRequired(NO_PASSWORD)])


class NewPasswordForm(Form):
    """A new password, typed twice: it cannot be read while it is typed."""

    password = PasswordField(said("新しいパスワード"), [DataRequired(NO_PASSWORD)])
    again = PasswordField(
        said("新しいパスワード（もう一度）"),
        [DataRequired(said("同じパスワードを、もう一度入力してください。"))],
    )


class PersonForm(Form):
    """Who is to come."""

    name = TextField(
        said("氏名"), [DataRequired(said("氏名を入力してください。")), Length(max=100)]
    )
    login = TextField(
        said("ユーザー名"), [DataRequired(said("ユーザー名を入力してください。")), Length(max=100)]
    )
    address = TextField(said("メールアドレス"), [Length(max=254)])
