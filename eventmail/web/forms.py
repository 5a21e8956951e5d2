"""The form that all forms are made from: CSRF, messages in the reader's language, trimmed text."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from eventmail.language import ENGLISH, JAPANESE, in_english, said

CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})


LARGEST_ID = 2**31 - 1  # PostgreSQL's integer
LARGEST_MAIL = 2**63 - 1  # its bigint: of what grows with every mail


def row_number(value: str, largest: int = LARGEST_ID) -> int:
    """The number of a row, for ``args.get(…, type=row_number)``: what no column holds is none."""
    number = int(value)
    if not 0 < number <= largest:
        raise ValueError(value)
    return number


def mail_number(value: str) -> int:
    """The same of a delivery."""
    return row_number(value, LARGEST_MAIL)


class Form(FlaskForm):  # type: ignore[misc]
    """A form that speaks the language of the page."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        @property
        def locales(self) -> tuple[str, ...]:
            """WTForms' own messages."""
            return (ENGLISH if in_english() else JAPANESE,)


def cleaned(value: Any) -> Any:
    """Text that can be stored and mailed: no control characters (PostgreSQL refuses NUL)."""
    if not isinstance(value, str):
        return value
    return "".join(c for c in value if c in "\n\r\t" or unicodedata.category(c) not in CONTROL)


def trimmed(value: Any) -> Any:
    """One line of text: cleaned, without the blanks around it."""
    if not isinstance(value, str):
        return value
    return " ".join(cleaned(value).splitlines()).strip()


class TextField(StringField):  # type: ignore[misc]
    """One line of text, cleaned and trimmed."""

    def __init__(self, label: str, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, filters=[trimmed], **options)


class LongTextField(TextAreaField):  # type: ignore[misc]
    """Several lines of text, cleaned."""

    def __init__(self, label: str, validators: Any = (), **options: Any) -> None:
        super().__init__(label, validators, filters=[cleaned], **options)


def boxes(label: str, *validators: object, **options: Any) -> SelectMultipleField:
    """Several choices, each with a box to tick."""
    return SelectMultipleField(
        label,
        list(validators),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        **options,
    )


def _unless_passkey(form: Form, _field: object) -> None:
    """A passkey is both: what the person knows or is, and what he has."""
    if form.passkey.data:
        raise StopValidation


class ProofForm(Form):
    """Whoever is signed in proves once more that it is he: password and code, or a passkey."""

    password = PasswordField(
        said("あなたのパスワード"),
        [_unless_passkey, DataRequired(said("パスワードを入力してください。"))],
    )
    code = TextField(said("認証アプリのコードか予備のコード"))
    passkey = HiddenField(said("パスキー"))
