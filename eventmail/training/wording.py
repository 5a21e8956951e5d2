"""What a reminder says: which papers are open, until when, and where to answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eventmail.clock import japanese_date

BODY = """{office}
{name}さん

イベントメールからのお知らせです。
次の自主点検・確認テストに、まだ答えていません（{count}件）。

{lines}

{where}

このメールは、イベントメールが職員ひとりずつに自動で送信しました。
このお知らせは、画面の「自分の設定」で止められます。
"""
LINK = "次のページを開いて、答えてください。\n{url}/training"
NO_LINK = "イベントメールの画面を開き、ホームの「自主点検」から進んでください。"
LATE = "（期限を過ぎています）"


def subject(count: int) -> str:
    """The subject of a reminder."""
    return f"【イベントメール】自主点検をお願いします（{count}件）"


def body(office: str, name: str, tasks: Sequence[tuple[str, date]], today: date, url: str) -> str:
    """The text: each open paper on its line, with its last day."""
    lines = "\n".join(
        f"・{title}\n　期限：{japanese_date(due_on)}{LATE if due_on < today else ''}"
        for title, due_on in tasks
    )
    where = LINK.format(url=url) if url else NO_LINK
    return BODY.format(office=office, name=name, count=len(tasks), lines=lines, where=where)
