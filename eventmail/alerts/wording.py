"""What an alert is called on the pages and in its mail: most tell of a sending that was stopped."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.language import said

AUDIT = "audit"
RELAY_DOWN = "relay.down"
UNCERTAIN = "delivery.uncertain"
WEBHOOK_OFF = "webhook.off"
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
AWAY = Words(
    said("送信サーバーにつながりません"),
    "【イベントメール】送信サーバーにつながりません。サーバーの管理者に知らせてください",
    _FRAME.format(
        advice="送信サーバーの管理者に、サーバーと回線を確かめるよう頼んでください。"
        "つながると、残りのメールは自動で送ります。"
    ),
)
UNKNOWN = Words(
    said("送信結果の分からないメールがあります"),
    "【イベントメール】送信結果の分からないメールがあります。画面を確認してください",
    _FRAME.format(
        advice="二重に送らないよう、自動では送り直しません。相手に届いたかを電話で確かめ、"
        "画面で結果を記録してください（メール案件 番号{number}）。"
    ),
)
NOT_CALLED = Words(
    said("Webhookが止まりました"),
    "【イベントメール】Webhookが止まりました。画面を確認してください",
    _FRAME.format(
        advice="メールの送信は止めていません。受け取るシステムの担当者に確かめ、所の管理者が「Webhook」の"
        "画面で再開するまで、そのシステムには何も知らせません。"
    ),
)
KINDS = {
    WEBHOOK_OFF: NOT_CALLED,
    AUDIT: RECORDS,
    REPLIED: REPLY,
    RELAY_DOWN: AWAY,
    UNCERTAIN: UNKNOWN,
}


def words_of(kind: str) -> Words:
    """The words for an alert of this kind."""
    return KINDS.get(kind, STOPPED)


def is_of_sending(kind: str) -> bool:
    """Whether an alert of this kind says that a sending was stopped."""
    return kind not in KINDS
