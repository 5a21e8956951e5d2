"""A bar for each office: its mailings by state, as shapes that a template draws."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.bureau.service import Figures
from eventmail.language import said
from eventmail.mailings.models import MailingState

WIDTH, HEIGHT = 400, 18
# From what has only begun to what is done; what went wrong stands last.
SHARES = (
    ("drafting", said("作成中"), (MailingState.DRAFT,)),
    ("reviewing", said("確認・決裁中"), (MailingState.CHECKING, MailingState.APPROVING)),
    ("sending", said("送信中"), (MailingState.SENDING,)),
    ("sent", said("送信済み"), (MailingState.SENT,)),
    ("halted", said("止まった・却下"), (MailingState.HALTED, MailingState.REJECTED)),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One coloured piece of a bar."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One office's bar, and the same in numbers."""

    office: str
    pieces: tuple[Piece, ...]
    counts: tuple[int, ...]


def bars(offices: list[Figures]) -> list[Bar]:
    """The bars of some offices, the longest as wide as there is room."""
    most = max((each.mailings for each in offices), default=0) or 1
    return [_bar(each, most) for each in offices]


def _bar(figures: Figures, most: int) -> Bar:
    counts = tuple(sum(figures.states.get(s, 0) for s in states) for _, _, states in SHARES)
    ends = [WIDTH * sum(counts[: place + 1]) // most for place in range(len(counts))]
    pieces = tuple(
        Piece(kind, start, end - start)
        for (kind, _, _), start, end in zip(SHARES, [0, *ends], ends, strict=False)
        if end > start
    )
    return Bar(figures.office, pieces, counts)
