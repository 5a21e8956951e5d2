"""Outlook's .msg: a compound file whose recipients are a table of their own (MS-OXMSG).

Only that table, the subject, the sender and the moment are looked at; of a received mail without
such a table, the header that Outlook kept.
"""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import olefile

from eventmail.addresses import AddressError, EmailAddress
from eventmail.bounces.reading.charsets import decoded, header_text
from eventmail.incidents.reading import headers
from eventmail.incidents.reading.entries import EXCHANGE, LONGEST_TOLD, NAME_ONLY
from eventmail.incidents.reading.values import Kind, Seen, SentMail, Unread, Where

MOST_STREAM = 4 * 1024 * 1024
RECIPIENT = "__recip_version1.0_#"
PROPERTIES = "__properties_version1.0"
TOP_HEAD, ROW_HEAD = 32, 8
KIND, SUBMITTED, DELIVERED = 0x0C150003, 0x00390040, 0x0E060040
PLACES = {1: Where.TO, 2: Where.CC, 3: Where.BCC}
WHOLE, ADDRESS, NAME, SHOWN = "39FE", "3003", "3001", "5FF6"
SUBJECT, HEAD = "0037", "007D"
SENDERS = ("5D01", "5D02", "0C1F", "0065")
UNICODE, ANSI = "001F", "001E"
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def of_bytes(raw: bytes) -> SentMail:
    """A mail as Outlook saves it."""
    with olefile.OleFileIO(io.BytesIO(raw)) as file:
        message = _Message(file)
        rows = sorted({path[0] for path in file.listdir() if path[0].startswith(RECIPIENT)})
        if not rows:
            return _from_head(message)
        return _from_table(message, rows)


class _Message:
    """The streams of the file, by property."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def bytes(self, *path: str) -> bytes:
        if not self._file.exists(list(path)):
            return b""
        with self._file.openstream(list(path)) as stream:
            return bytes(stream.read(MOST_STREAM))

    def text(self, name: str, *folder: str) -> str:
        wide = self.bytes(*folder, f"__substg1.0_{name}{UNICODE}")
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return decoded(self.bytes(*folder, f"__substg1.0_{name}{ANSI}")).rstrip("\0")

    def number(self, tag: int, head: int, *folder: str) -> int | None:
        """A property that stands in the table of fixed ones; None if it does not."""
        table = self.bytes(*folder, PROPERTIES)
        for at in range(head, len(table) - 15, 16):
            if struct.unpack_from("<I", table, at)[0] == tag:
                return int(struct.unpack_from("<Q", table, at + 8)[0])
        return None

    def moment(self) -> datetime | None:
        for tag in (SUBMITTED, DELIVERED):
            ticks = self.number(tag, TOP_HEAD)
            if ticks and ticks < 1 << 60:
                return EPOCH + timedelta(microseconds=ticks // 10)
        return None

    def sender(self) -> str:
        found = (self.text(each) for each in SENDERS)
        return next((each for each in found if "@" in each), "")[:254]


def _from_table(message: _Message, rows: list[str]) -> SentMail:
    read = [_recipient(message, row) for row in rows[: headers.MOST_ADDRESSES]]
    unread = [each for each in read if isinstance(each, Unread)]
    if len(rows) > headers.MOST_ADDRESSES:
        unread.append(Unread("", headers.MORE_ADDRESSES))
    return SentMail(
        kind=Kind.MSG,
        seen=headers.once(each for each in read if isinstance(each, Seen)),
        subject=header_text(message.text(SUBJECT))[:500],
        sender=message.sender(),
        sent_at=message.moment(),
        unread=headers.told(unread),
    )


def _recipient(message: _Message, row: str) -> Seen | Unread:
    number = message.number(KIND, ROW_HEAD, row)
    where = PLACES.get((number or 0) & 0xF, Where.TO)  # the other bits say whether it was sent
    name = (message.text(NAME, row) or message.text(SHOWN, row)).strip("'\" ")
    shown = "".join(letter for letter in name if letter.isprintable())[:200]
    tried = [message.text(WHOLE, row), message.text(ADDRESS, row), name]
    fault = ""
    for text in tried:
        try:
            email = EmailAddress.parse(text)
        except AddressError as error:
            fault = fault or (error.message if "@" in text else "")
            continue
        return Seen(where, email, "" if shown.casefold() == email.key else shown)
    address = tried[1]
    why = EXCHANGE if address.casefold().startswith("/o=") else fault or NAME_ONLY
    return Unread((shown or address)[:LONGEST_TOLD], why)


def _from_head(message: _Message) -> SentMail:
    found = headers.of_bytes(message.text(HEAD).encode("utf-8", "replace"))
    return SentMail(
        kind=Kind.MSG,
        seen=found.seen,
        subject=found.subject or header_text(message.text(SUBJECT))[:500],
        sender=found.sender or message.sender(),
        sent_at=found.sent_at or message.moment(),
        unread=found.unread,
    )
