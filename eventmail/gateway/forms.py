"""The rule in one's own numbers and words, and the mail to try it with."""

from __future__ import annotations

import re
from typing import Any

from flask_wtf.file import FileField
from wtforms import IntegerField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, StopValidation

from eventmail.gateway import rule
from eventmail.gateway.reading import LARGEST
from eventmail.gateway.rule import FEWEST, LONGEST_TEXT, LONGEST_URL, MOST, MOST_DOMAINS, Rule
from eventmail.language import said
from eventmail.web.forms import Form, LongTextField, TextField

BETWEEN = re.compile(r"[\s,、，;；]+")
NUMBER = said("件数は、{fewest}から{most}までの整数で入力してください。", fewest=FEWEST, most=MOST)
NO_DOMAIN = said("自分たちのドメインを1つ以上入力してください。例：example.lg.jp")
MANY_DOMAINS = said("ドメインは{most}件までです。減らしてください。", most=MOST_DOMAINS)
BAD_DOMAIN = said(
    "「{text}」はドメインとして読めません。@より後ろだけを、example.lg.jp の形で入力してください。"
)
BAD_URL = said("案内する先は、https://mail.example.lg.jp の形で入力してください。")
NOT_ASCII = said("英語の断り文は、半角の英数字と記号だけで入力してください。")
NOTHING = said("試すメールのファイルを選ぶか、ヘッダーを貼り付けてください。")
BOTH = said("ファイルと貼り付けの、どちらか一方だけにしてください。")
TOO_LARGE = said(
    "ファイルが大きすぎます（{megabytes} MBまで）。"
    "添付のないメールか、ヘッダーの貼り付けでお試しください。",
    megabytes=LARGEST // 1024 // 1024,
)
LONGEST_PASTE = 200_000
TOO_LONG = said(
    "貼り付けた文字が多すぎます（{longest}文字まで）。ヘッダーだけを貼り付けてください。",
    longest=LONGEST_PASTE,
)
OUTLOOK_FILE = said(
    "Outlookの形式（.msg）は、この画面では読めません。"
    "そのメールのプロパティにある「インターネット ヘッダー」を、下の欄に貼り付けてください。"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class RuleForm(Form):
    """What a rule is made from; it comes in the address, so that a rule can be passed on."""

    class Meta(Form.Meta):
        csrf = False  # it changes nothing

    limit = IntegerField(
        said("通してよい外部の宛先の数（1〜50）"),
        [InputRequired(NUMBER), NumberRange(FEWEST, MOST, NUMBER)],
    )
    own = LongTextField(said("自分たちのドメイン"), [DataRequired(NO_DOMAIN), Length(max=5000)])
    url = TextField(
        said("案内する先（イベントメールのアドレス）"),
        [DataRequired(BAD_URL), Length(max=LONGEST_URL)],
    )
    japanese = TextField(said("断り文（日本語）"), [Length(max=LONGEST_TEXT)])
    english = TextField(said("断り文（英語）"), [Length(max=LONGEST_TEXT)])

    domains: tuple[str, ...] = ()

    def validate_own(self, field: TextAreaField) -> None:
        """At least one domain, and nothing else."""
        found: list[str] = []
        for text in filter(None, BETWEEN.split(field.data or "")):
            try:
                found.append(rule.as_domain(text))
            except ValueError:
                raise ValidationError(BAD_DOMAIN.format(text=text[:60])) from None
        self.domains = tuple(dict.fromkeys(found))
        if not self.domains:
            raise ValidationError(NO_DOMAIN)
        if len(self.domains) > MOST_DOMAINS:
            raise ValidationError(MANY_DOMAINS)

    def validate_url(self, field: TextField) -> None:
        """An address that every target's language can carry."""
        if not rule.URL.match(field.data or ""):
            raise ValidationError(BAD_URL)

    def validate_english(self, field: TextField) -> None:
        """An SMTP answer is ASCII (RFC 5321, 4.2)."""
        if not (field.data or "").isascii():
            raise ValidationError(NOT_ASCII)

    @property
    def rule(self) -> Rule:
        """The rule, after the form was found right."""
        texts = (self.japanese.data or "", self.english.data or "")
        return rule.made(self.limit.data, self.domains, self.url.data, *texts)


class TrialForm(Form):
    """A sent mail as a file, or its header as text. Neither is kept."""

    mail = FileField(said("メールのファイル（.eml）"))
    header = LongTextField(said("メールのヘッダー"))

    raw: bytes = b""

    def validate_mail(self, field: Any) -> None:
        """One of the two, and not too large."""
        pasted = (self.header.data or "").strip()
        content = field.data.read(LARGEST + 1) if field.data else b""
        if bool(content) == bool(pasted):
            raise StopValidation(BOTH if content else NOTHING)
        faults = {
            TOO_LARGE: len(content) > LARGEST,
            TOO_LONG: len(pasted) > LONGEST_PASTE,
            OUTLOOK_FILE: content.startswith(OLE),
        }
        for sentence in (text for text, is_so in faults.items() if is_so):
            raise StopValidation(sentence)
        self.raw = content or pasted.encode()
