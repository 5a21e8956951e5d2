"""What a sent mail tells of who got it: bytes or pasted text in, values out; no pages, no SQL.

Files and pasted text are read in the confined child, for they may be made to hang or to crash
whatever reads them.
"""

from __future__ import annotations

from eventmail import confined
from eventmail.incidents.reading import reader
from eventmail.incidents.reading.values import SentMail
from eventmail.language import said

__all__ = ["SentMail", "Unreadable", "read_file", "read_text"]
SECONDS, MEGABYTES = 20.0, 768
CANNOT = said(
    "読み取れませんでした。送信済みのメールを開き、宛先の欄を貼り付ける方法でお試しください。"
)
READER = "eventmail.incidents.reading.reader"


class Unreadable(Exception):
    """A file or text that tells nothing within the limits. ``message``: why, for the person."""

    def __init__(self, message: str = CANNOT) -> None:
        super().__init__(message)
        self.message = message


def read_file(raw: bytes) -> SentMail:
    """An .eml or .msg. Raises :class:`Unreadable` and nothing else."""
    return _read("in_child", raw)


def read_text(text: str) -> SentMail:
    """A pasted header, or the addresses as a mail program shows them."""
    return _read("text_in_child", text.encode("utf-8", "replace"))


def _read(function: str, raw: bytes) -> SentMail:
    try:
        told = confined.call(f"{READER}:{function}", raw, seconds=SECONDS, megabytes=MEGABYTES)
    except confined.ConfinedError as error:
        raise Unreadable from error
    return reader.from_child(told, raw)
