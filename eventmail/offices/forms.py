"""Signing in."""

from __future__ import annotations

from wtforms import PasswordField
from wtforms.validators import DataRequired

from eventmail.web.forms import Form, TextField


class SignInForm(Form):
    """Who, and the password."""

    login = TextField("ユーザー名", [DataRequired("ユーザー名を入力してください。")])
    password = PasswordField("パスワード", [DataRequired("パスワードを入力してください。")])
