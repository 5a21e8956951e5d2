"""What a notice says: the event, the mailing's number, what is to be done, and where."""

from __future__ import annotations

DEEDS = {
    "check": ("確認をお願いします", "送信内容の確認"),
    "approve": ("決裁をお願いします", "送信の決裁"),
    "first_copy": ("送信控えを確かめてください", "所に届いた送信控えの確認"),
    "uncertain": ("届いたか確かめてください", "届いたかどうかわからないメールの確認"),
    "bounced": ("届いていない会社があります", "届かなかった会社への連絡と、アドレスの修正"),
    "returned": ("案件が戻ってきました", "戻ってきた理由の確認と、内容の修正"),
    "halted": ("送信が止まりました", "止まった理由の確認"),
    "told": ("関わった案件のお知らせ", "画面での経過の確認（作業はありません）"),
}
BODY = """{office}
{name}さん

イベントメールからのお知らせです。

イベント：{event}
案件番号：{number}
内　　容：{deed}

{where}

このメールは、イベントメールが職員ひとりずつに自動で送信しました。
このお知らせは、画面の「自分の設定」で止められます。
"""
LINK = "次のページを開いてください。\n{url}/mailings/{number}"
NO_LINK = "イベントメールの画面を開き、「待っている仕事」から進んでください。"


def subject(kind: str, number: int) -> str:
    """The subject of a notice; a mailing's own subject never stands in it."""
    return f"【イベントメール】{DEEDS[kind][0]}（案件番号{number}）"


def body(kind: str, office: str, name: str, event: str, number: int, url: str) -> str:
    """The text of a notice, with a link to the service's own page where its address is known."""
    where = LINK.format(url=url, number=number) if url else NO_LINK
    deed = DEEDS[kind][1]
    return BODY.format(office=office, name=name, event=event, number=number, deed=deed, where=where)
