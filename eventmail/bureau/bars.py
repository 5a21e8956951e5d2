"""Pictures of a bureau's offices: what needs attention beside each other, mailings by state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eventmail.bureau.service import Figures
from eventmail.language import said
from eventmail.mailings.models import MailingState
from eventmail.pictures.looks import Look, Series
from eventmail.pictures.shares import Bar, bar, lengths

# From what has only begun to what is done; what went wrong stands last.
STATES = {
    "drafting": (MailingState.DRAFT,),
    "reviewing": (MailingState.CHECKING, MailingState.APPROVING),
    "sending": (MailingState.SENDING,),
    "sent": (MailingState.SENT,),
    "halted": (MailingState.HALTED, MailingState.REJECTED),
}
SHARES = (
    Series("drafting", said("作成中"), Look.REST),
    Series("reviewing", said("確認・決裁中"), Look.WAIT),
    Series("sending", said("送信中"), Look.INFO),
    Series("sent", said("送信済み"), Look.OK),
    Series("halted", said("止まった・却下"), Look.BAD),
)
OPEN = ("drafting", "reviewing", "sending")


def states(figures: Figures) -> dict[str, int]:
    """An office's mailings by what the picture tells apart."""
    return {
        key: sum(figures.states.get(each, 0) for each in found) for key, found in STATES.items()
    }


def bars(offices: list[Figures]) -> list[Bar]:
    """The mailings of some offices, the longest bar as wide as there is room."""
    most = max((each.mailings for each in offices), default=0)
    return [bar(each.office, said("件"), SHARES, states(each), most) for each in offices]


def open_mailings(figures: Figures) -> int:
    """How many are begun and not over."""
    found = states(figures)
    return sum(found[each] for each in OPEN)


# What is compared between the offices: each figure by itself, the largest as long as there is room.
COMPARED: tuple[tuple[Series, Callable[[Figures], int]], ...] = (
    (Series("open", said("進行中の案件"), Look.INFO), open_mailings),
    (Series("incidents", said("止まった送信"), Look.BAD), lambda each: each.incidents),
    (Series("leaks", said("漏えい等事案"), Look.BACK), lambda each: each.leaks),
    (Series("overdue", said("期限を過ぎた自主点検"), Look.WAIT), lambda each: each.overdue),
)


@dataclass(frozen=True, slots=True)
class Length:
    """One figure of an office, and how long its bar is, in percent."""

    series: Series
    count: int
    length: float


def compared(offices: list[Figures]) -> list[tuple[Figures, tuple[Length, ...]]]:
    """Each office with its lengths, as the offices come."""
    columns = []
    for series, count in COMPARED:
        numbers = [count(each) for each in offices]
        columns.append(
            [Length(series, *pair) for pair in zip(numbers, lengths(numbers), strict=True)]
        )
    return list(zip(offices, zip(*columns, strict=True), strict=True)) if offices else []
