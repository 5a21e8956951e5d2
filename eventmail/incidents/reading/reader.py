"""The confined child's end: which reader a file gets, and what travels back as plain values."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from typing import Any

from eventmail.addresses import EmailAddress
from eventmail.incidents.reading import headers, msg
from eventmail.incidents.reading.values import Kind, Seen, SentMail, Unread, Where
from eventmail.spreadsheet.compound import MAGIC

UNSTORABLE = ("Cc", "Cs")
YEARS = range(1990, 2200)


def in_child(raw: bytes) -> dict[str, Any]:
    """What a file tells, by its first bytes and not by its name."""
    return to_plain(msg.of_bytes(raw) if raw.startswith(MAGIC) else headers.of_bytes(raw))


def text_in_child(raw: bytes) -> dict[str, Any]:
    """What a pasted header tells."""
    return to_plain(headers.of_text(raw.decode("utf-8", "replace")))


def to_plain(mail: SentMail) -> dict[str, Any]:
    """Values that JSON knows."""
    return {
        "kind": mail.kind.value,
        "seen": [[each.where.value, str(each.email), each.name] for each in mail.seen],
        "subject": mail.subject,
        "sender": mail.sender,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else "",
        "unread": [[each.text, each.why] for each in mail.unread],
    }


def plain(text: str) -> str:
    """What a database can hold: no control character, and no half of a letter."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in UNSTORABLE)


def sensible(moment: datetime) -> datetime | None:
    """A moment at which a mail can have been sent; no calendar goes on far beyond."""
    return moment if moment.year in YEARS else None


def from_child(told: dict[str, Any], raw: bytes) -> SentMail:
    """The mail again; each address is judged anew on this side."""
    return SentMail(
        kind=Kind(told["kind"]),
        seen=tuple(
            Seen(Where(where), EmailAddress.parse(address), plain(name))
            for where, address, name in told["seen"]
        ),
        subject=plain(told["subject"]),
        sender=plain(told["sender"]),
        sent_at=sensible(datetime.fromisoformat(told["sent_at"])) if told["sent_at"] else None,
        sha256=hashlib.sha256(raw).hexdigest(),
        unread=tuple(Unread(plain(text), why) for text, why in told["unread"]),
    )
