"""What an alert is called on the pages and in its mail: most tell of a sending that was stopped."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.language import said

AUDIT = "audit"
REPLIED = "bounce.reply"  # somebody answered to where failed mails are told


@dataclass(frozen=True, slots=True)
class Words:
    """``body`` has places for ``{when}``, ``{what}`` and ``{number}``."""

    title: str
    subject: str
    body: str


_FRAME = """イベントメールからのお知らせです。

{{when}}
{{what}}

{advice}

このメールは、イベントメールが所のアドレスへ自動で送信しました。
"""
STOPPED = Words(
    said("止まった送信があります"),
    "【イベントメール】送信を止めました。画面を確認してください",
    _FRAME.format(
        advice="""まだ送っていないメールは、すべて送信を見合わせています。
イベントメールの画面を開き、上に表示される案内から、止まったメール案件（番号{number}）を確認してください。"""
    ),
)
RECORDS = Words(
    said("監査記録を確かめてください"),
    "【イベントメール】監査記録が消えたか書きかえられたおそれがあります。画面を確認してください",
    _FRAME.format(advice="送信は止めていません。記録を確かめるまで、設定の変更は控えてください。"),
)


REPLY = Words(
    said("返信が別のメールボックスに届いています"),
    "【イベントメール】返信が届いています。画面を確認してください",
    _FRAME.format(
        advice="送信は止めていません。メールの内容は、イベントメールには残していません。"
    ),
)
KINDS = {AUDIT: RECORDS, REPLIED: REPLY}


def words_of(kind: str) -> Words:
    """The words for an alert of this kind."""
    return KINDS.get(kind, STOPPED)


def is_of_sending(kind: str) -> bool:
    """Whether an alert of this kind says that a sending was stopped."""
    return kind not in KINDS
