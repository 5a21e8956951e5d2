"""What the mails say: the kind, the title, from whom, until when, and where the text is read.

The text itself stands only on the page, where one says that he has read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eventmail.clock import japanese_date
from eventmail.language import said
from eventmail.notices.models import KIND_NAMES, Notice

HEAD = """{office}
{name}さん

"""
FOOT = """

このメールは、イベントメールが職員ひとりずつに自動で送信しました。
このお知らせは、画面の「自分の設定」で止められます。
"""
SENT = """{bureau}からのお知らせ（{kind}）が届いています。

種　　類：{kind}
題　　名：{title}
差 出 人：{bureau}
期　　限：{due}

{where}"""
WITHDRAWN = """{bureau}からのお知らせ（{kind}）が、取り下げられました。

題　　名：{title}
差 出 人：{bureau}

このお知らせの内容には従わないでください。「読みました」を押す必要もありません。
{where}"""
REMINDING = """労働局からのお知らせで、まだ「読みました」を押していないものがあります（{count}件）。

{lines}

{where}"""
READ = "本文は、次のページで読み、「読みました」を押してください。\n{url}"
SEE = "取り下げの理由は、次のページで確かめられます。\n{url}"
NO_LINK = "イベントメールの画面を開き、ホームの「お知らせ（労働局から）」から進んでください。"
NO_DUE = "なし（読んだら「読みました」を押してください）"
NUMBER = "（お知らせの番号）"  # of one that is not sent yet
LATE = "（期限を過ぎています）"


def named(notice: Notice) -> str:
    """The kind, and whether it mends another: ``注意喚起（訂正）``."""
    kind = KIND_NAMES[notice.kind]
    return said("{kind}（訂正）", kind=kind) if notice.corrects_id else kind


def subject(notice: Notice, *, withdrawn: bool = False) -> str:
    """The subject of the mail about a notice."""
    what = f"{KIND_NAMES[notice.kind]}の取り下げ" if withdrawn else named(notice)
    return f"【イベントメール】労働局からの{what}：{notice.title}"


def sent(notice: Notice, bureau: str, office: str, name: str, url: str) -> str:
    """The mail with which it comes."""
    told = SENT.format(
        bureau=bureau,
        kind=named(notice),
        title=notice.title,
        due=japanese_date(notice.due_on) if notice.due_on else NO_DUE,
        where=READ.format(url=f"{url}/notices/{notice.id or NUMBER}") if url else NO_LINK,
    )
    return HEAD.format(office=office, name=name) + told + FOOT


def withdrawn(notice: Notice, bureau: str, office: str, name: str, url: str) -> str:
    """The mail to those who were told of it before."""
    told = WITHDRAWN.format(
        bureau=bureau,
        kind=named(notice),
        title=notice.title,
        where=SEE.format(url=f"{url}/notices/{notice.id}") if url else NO_LINK,
    )
    return HEAD.format(office=office, name=name) + told + FOOT


def reminding_subject(count: int) -> str:
    """The subject of a reminder."""
    return f"【イベントメール】労働局からのお知らせを読んでください（{count}件）"


def reminding(office: str, name: str, left: Sequence[Notice], today: date, url: str) -> str:
    """The reminder: each unread notice on its line, with its last day."""
    told = REMINDING.format(
        count=len(left),
        lines="\n".join(_line(each, today) for each in left),
        where=READ.format(url=f"{url}/notices") if url else NO_LINK,
    )
    return HEAD.format(office=office, name=name) + told + FOOT


def _line(notice: Notice, today: date) -> str:
    line = f"・{named(notice)}　{notice.title}"
    if notice.due_on is None:
        return line
    late = LATE if notice.due_on < today else ""
    return f"{line}\n　期限：{japanese_date(notice.due_on)}{late}"
