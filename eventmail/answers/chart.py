"""The figures as bars: companies by their answer, contacts by whether they received the mail."""

from __future__ import annotations

from eventmail.answers.listing import Figures
from eventmail.pictures.looks import Look, Series
from eventmail.pictures.shares import Bar, bar

ANSWERS = (
    Series("attending", "参加", Look.OK),
    Series("absent", "欠席", Look.BACK),
    Series("unanswered", "未回答", Look.WAIT),
)
RECEIPTS = (
    Series("confirmed", "確認済み", Look.OK),
    Series("opened", "ページを開いただけ", Look.INFO),
    Series("waiting", "まだ開いていない", Look.WAIT),
)


def bars(figures: Figures) -> tuple[Bar, ...]:
    """Both bars."""
    answers = {each.key: getattr(figures, each.key) for each in ANSWERS}
    receipts = {
        "confirmed": figures.confirmed,
        "opened": figures.opened - figures.confirmed,
        "waiting": figures.contacts - figures.opened,
    }
    return bar("回答", "社", ANSWERS, answers), bar("受け取りの確認", "件", RECEIPTS, receipts)
