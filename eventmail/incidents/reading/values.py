"""What was read from a sent mail, a pasted header or a list."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from eventmail.addresses import EmailAddress


class Kind(enum.StrEnum):
    """What it was read from."""

    EML = "eml"
    MSG = "msg"
    HEADER = "header"
    ROSTER = "roster"


class Where(enum.StrEnum):
    """The field in which an address stood; ``shown``: in the text or in an attached file."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Seen:
    """One address in a field, with the name beside it."""

    where: Where
    email: EmailAddress
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """What stood in a field and is no address: told to the person, never dropped."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail as far as it says who got it. Each address once, in the field that shows most."""

    kind: Kind
    seen: tuple[Seen, ...]
    subject: str = ""
    sender: str = ""
    sent_at: datetime | None = None
    sha256: str = ""
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One company of a list by hand."""

    company: str
    email: EmailAddress | None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CompanyList:
    """A list by hand, and the lines that could not be read."""

    listed: tuple[Listed, ...]
    unread: tuple[Unread, ...] = field(default=())
