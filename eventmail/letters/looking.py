"""Looking at a letter as one of many recipients: found by search, or the next and the last one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.mailings.stored import index_of

MOST_FOUND = 20
NOBODY = said(
    "送信先がありません。参加者名簿を取り込むか、本文の編集画面で送信先の選び方を確かめてください。"
)
ERASED = said("保存期間が過ぎたため、送信先を消去しました。件数と指紋だけが残っています。")


@dataclass(frozen=True, slots=True)
class Look:
    """One recipient of a content, those beside it, and what a search found."""

    content: Content
    index: int
    q: str
    found: tuple[Recipient, ...]
    found_in_all: int

    @property
    def recipient(self) -> Recipient:
        """The one that is looked at."""
        return self.content.recipients[self.index]

    @property
    def previous(self) -> Recipient | None:
        """The one before, in the order of the roster."""
        return self.content.recipients[self.index - 1] if self.index else None

    @property
    def next(self) -> Recipient | None:
        """The one behind."""
        behind = self.content.recipients[self.index + 1 : self.index + 2]
        return behind[0] if behind else None


def look(content: Content, contact_id: int | None, q: str) -> Look:
    """As ``contact_id``, else as the first one found, else as the first of all.

    Raises :class:`NotFound` for somebody who is no recipient.
    """
    if not content.recipients:
        raise UserError(NOBODY)
    if not content.recipients[0].address:
        raise UserError(ERASED)
    found = [each for each in content.recipients if _plain(q) in _searched(each)] if q else []
    if contact_id is None and found:
        contact_id = found[0].contact_id
    index = 0 if contact_id is None else index_of(content, contact_id)
    if index is None:
        raise NotFound
    return Look(
        content=content,
        index=index,
        q=q,
        found=tuple(found[:MOST_FOUND]),
        found_in_all=len(found),
    )


def _searched(recipient: Recipient) -> str:
    return _plain(f"{recipient.company} {recipient.department} {recipient.name}")


def _plain(text: str) -> str:
    """As people compare: full and half width alike, and no blanks between names."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
