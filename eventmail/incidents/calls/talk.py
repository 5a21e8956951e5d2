"""What to say on the telephone, in order: one text, in this one place, with the incident's figures.

Whoever calls reads it aloud; it names no other company.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventmail import clock
from eventmail.language import said


@dataclass(frozen=True, slots=True)
class Figures:
    """What the talk is about. ``subject``: of the mail that this company got, if it is known."""

    office: str
    sent_at: datetime | None
    subject: str
    addresses: int  # that stood in it


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to say; ``tick``: what to tick when it is said or agreed."""

    title: str
    words: str
    tick: str = ""


def guide(figures: Figures) -> list[Step]:
    """The steps of the call."""
    when = _day(figures.sent_at)
    named = f"「{figures.subject}」という件名の" if figures.subject else ""
    count = f"{figures.addresses}件の" if figures.addresses else "ほかの事業所の"
    return [
        Step(
            said("名乗る"),
            f"{figures.office}の○○です。{when}お送りしたメールのことで、お詫びのお電話です。"
            "メールのご担当の方はいらっしゃいますか。",
        ),
        Step(
            said("起きたことを説明する"),
            f"{when}お送りした{named}メールで、宛先の設定を誤りました。"
            f"受け取った方どうしで、{count}メールアドレスが見える状態になっています。",
            "explained",
        ),
        Step(
            said("おわびする"),
            "大切なアドレスをお預かりしながら、このようなことになり、誠に申し訳ございません。",
            "apologised",
        ),
        Step(
            said("削除をお願いする"),
            "恐れ入りますが、このメールを削除していただけますか。"
            "転送された方がいらっしゃれば、その方にもお伝えください。",
            "deletion_agreed",
        ),
        Step(
            said("印刷物を確かめる"),
            "印刷されたものがあれば、廃棄をお願いできますか。印刷はされていませんか。",
            "printouts_destroyed",
        ),
        Step(
            said("開いていたかを聞く"),
            "差し支えなければ、メールを開かれたかどうか、お聞かせいただけますか。",
            "unread",
        ),
        Step(
            said("次のことを伝えて、要望を聞く"),
            "正しいメールを、このあと事業所ごとに別々にお送りします。"
            "ほかに、ご心配なことやご要望はございませんか。",
        ),
    ]


def when_absent() -> Step:
    """What to do when nobody answers, or the right person is out."""
    return Step(
        said("つながらない・担当者が不在のとき"),
        said(
            "用件は、担当の方以外には詳しく話さず、かけ直すとだけ伝えます。"
            "「不在」を押すと、次の開庁日に、もう一度かける先として出ます。"
        ),
    )


def _day(sent_at: datetime | None) -> str:
    if sent_at is None:
        return "先に"
    local = clock.in_tokyo(sent_at)
    return f"{local.month}月{local.day}日に"
