"""The figures as bars: companies by their answer, contacts by whether they received the mail."""

from __future__ import annotations

from eventmail.answers.listing import Figures
from eventmail.language import said
from eventmail.pictures.looks import Look, Series
from eventmail.pictures.shares import Bar, bar

ANSWERS = (
    Series("attending", said("参加"), Look.OK),
    Series("absent", said("欠席"), Look.BACK),
    Series("unanswered", said("未回答"), Look.WAIT),
)
RECEIPTS = (
    Series("confirmed", said("確認済み"), Look.OK),
    Series("opened", said("ページを開いただけ"), Look.INFO),
    Series("waiting", said("まだ開いていない"), Look.WAIT),
)


def bars(figures: Figures) -> tuple[Bar, ...]:
    """Both bars."""
    answers = {each.key: getattr(figures, each.key) for each in ANSWERS}
    receipts = {
        "confirmed": figures.confirmed,
        "opened": figures.opened - figures.confirmed,
        "waiting": figures.contacts - figures.opened,
    }
    return bar(said("回答"), said("社"), ANSWERS, answers), bar(
        said("受け取りの確認"), said("件"), RECEIPTS, receipts
    )
