"""What became of a call, and how a webhook stands, in words."""

from __future__ import annotations

from eventmail.language import said
from eventmail.webhooks.calling import Fault
from eventmail.webhooks.models import CallState, OffWhy, Webhook, WebhookCall
from eventmail.webhooks.sending import NOT_NAMED, SEALED

STATES: dict[CallState, tuple[str, str]] = {
    CallState.QUEUED: (said("順番待ち"), "neutral"),
    CallState.CLAIMED: (said("呼び出し中"), "neutral"),
    CallState.ACCEPTED: (said("受け取られた"), "success"),
    CallState.REFUSED: (said("受け取られなかった"), "error"),
    CallState.DROPPED: (said("取りやめ"), "neutral"),
    CallState.UNCERTAIN: (said("不明"), "warning"),
}
AGAIN: tuple[str, str] = (said("呼び出し直す"), "warning")
FAULTS: dict[str, str] = {
    Fault.NAME: said("サーバーの名前が見つかりません。"),
    Fault.INSIDE: said(
        "サーバーの名前が、呼び出してはいけないアドレス（このコンピューター自身など）を指しています。"
    ),
    Fault.CONNECT: said("サーバーにつながりません。"),
    Fault.TLS: said("暗号化した接続ができません。サーバーの証明書を確かめてください。"),
    Fault.TIMEOUT: said("時間内に応答がありません。"),
    Fault.BROKEN: said("応答がHTTPの形になっていません。"),
    NOT_NAMED: said("管理者が認めたサーバーに入っていません。管理者に連絡してください。"),
    SEALED: said(
        "秘密の文字列を読み出せません。管理者に、設定 EVENTMAIL_SEALING_KEYS を確かめるよう"
        "連絡してください。"
    ),
}
MOVED = said("応答 {status}（転送先へは行きません）。")
ANSWERED = said("応答 {status}。")
ON: tuple[str, str] = (said("使っています"), "success")
OFF: dict[OffWhy, tuple[str, str]] = {
    OffWhy.BY_HAND: (said("止めています"), "neutral"),
    OffWhy.GONE: (said("相手に断られて止まりました"), "error"),
    OffWhy.FAILED: (said("受け取られずに止まりました"), "error"),
}
ENDED: tuple[str, str] = (said("終わりました"), "neutral")


def standing(webhook: Webhook) -> tuple[str, str]:
    """How a webhook stands, and the look of the word."""
    if webhook.ended_at is not None:
        return ENDED
    return OFF[webhook.off_why] if webhook.off_why is not None else ON


def state(call: WebhookCall) -> tuple[str, str]:
    """How a call stands, and the look of the word."""
    return AGAIN if call.state is CallState.QUEUED and call.attempts else STATES[call.state]


def outcome(call: WebhookCall) -> str:
    """What the last try came to; empty before the first."""
    if call.status is not None:
        sentence = MOVED if 300 <= call.status < 400 else ANSWERED
        return sentence.format(status=call.status)
    return FAULTS.get(call.reply, "")
