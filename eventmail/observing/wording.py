"""What the mails about troubles say: what it is, since when, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.alerts.wording import AUDIT, RELAY_DOWN, UNCERTAIN, WEBHOOK_OFF
from eventmail.clock import japanese_moment
from eventmail.files import COMMAND
from eventmail.observing.models import Trouble

HALTED, BACKUP = "halted", "backup.failed"


@dataclass(frozen=True, slots=True)
class Words:
    """The subjects of the two mails, and what to do."""

    begun: str
    over: str
    advice: str


KINDS: dict[str, Words] = {
    HALTED: Words(
        "送信を止めました",
        "止まっていた送信の対応が始まりました",
        "まだ送っていないメールは、すべて送信を見合わせています。\n"
        "起案者と決裁者に、画面でメール案件を確認するよう伝えてください。",
    ),
    UNCERTAIN: Words(
        "送信結果の分からないメールがあります",
        "送信結果の分からないメールはなくなりました",
        "二重に送らないよう、自動では送り直しません。\n"
        "起案者か決裁者が、相手に届いたかを電話で確かめ、画面の「結果の確認」で記録してください。",
    ),
    RELAY_DOWN: Words(
        "送信サーバーにつながりません",
        "送信サーバーを待つメールはなくなりました",
        "送信サーバーの管理者に、サーバーと回線を確かめるよう頼んでください。\n"
        "つながると、残りのメールは自動で送ります。送り直す操作は要りません。",
    ),
    WEBHOOK_OFF: Words(
        "Webhookが止まりました",
        "止まっていたWebhookの対応が終わりました",
        "メールの送信は止めていません。受け取るシステムの担当者に確かめてから、\n"
        "「Webhook」の画面で試しに呼び出し、再開してください。",
    ),
    AUDIT: Words(
        "監査記録が書き換えられたおそれがあります",
        "監査記録に、書き換えられたところがなくなりました",
        "送信は止めていません。設定の変更は控え、サーバーの管理者が\n"
        f"{COMMAND} audit verify で調べるまで、データベースに手を加えないでください。",
    ),
    BACKUP: Words(
        "バックアップを作れませんでした",
        "バックアップを作れるようになりました",
        "サーバーの管理者が、バックアップ先の空き容量と書き込みの権限を確かめ、\n"
        "手で1度バックアップを取ってください。",
    ),
}
_BODY = """{office}　{name} 様

イベントメールからのお知らせです。

{when}
{what}

{advice}
{where}
このメールは、イベントメールが自動で送信しました。
"""
ENDED = "次のことは、終わりました。"


def subject(trouble: Trouble, *, over: bool) -> str:
    """The subject of a mail."""
    words = KINDS[trouble.kind]
    return f"【イベントメール】{words.over if over else words.begun}"


def body(trouble: Trouble, office: str, name: str, url: str, *, over: bool) -> str:
    """The text of a mail to one person."""
    began = japanese_moment(trouble.begun_at)
    ended = japanese_moment(trouble.over_at) if trouble.over_at else ""
    return _BODY.format(
        office=office,
        name=name,
        when=f"{began}から{ended}まで" if over else f"{began}から",
        what=f"{ENDED}\n{trouble.sentence}" if over else trouble.sentence,
        advice="いま、することはありません。" if over else KINDS[trouble.kind].advice,
        where=f"\n{url}/\n" if url else "",
    )
