"""One function turns wording and envelope into the bytes of a mail, always the same bytes.

Every header is written here and nowhere else; none is taken from outside (RFC 5322, RFC 2045).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from eventmail.addresses import EmailAddress
from eventmail.clock import in_tokyo
from eventmail.language import said
from eventmail.wire.envelope import BlindBatch, Envelope, Individual
from eventmail.wire.html_writing import html_of
from eventmail.wire.material import EncodedMaterial, Material, base64_lines, encode_material
from eventmail.wire.pieces import Pieces, sha256_of
from eventmail.wire.unwritable import Unwritable, has_control
from eventmail.wire.words import encoded_words

__all__ = [
    "Composed",
    "EncodedMaterial",
    "Identity",
    "Material",
    "Stamp",
    "Wording",
    "compose",
    "encode_material",
    "message_id_for",
    "pieces_of",
    "reassemble",
]

LONGEST_SUBJECT = 500
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-])){0,126}")
_UNSUBSCRIBE = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9_-]+)+")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]+@[a-z0-9.-]+>")
_BOUNDARY = re.compile(rb'\r\nContent-Type: multipart/mixed;\r\n boundary="([^"]+)"\r\n')


@dataclass(frozen=True, slots=True)
class Identity:
    """The office as a sender: display name, address, and the mailbox that takes replies."""

    name: str
    address: EmailAddress
    reply_to: EmailAddress

    def __post_init__(self) -> None:
        if has_control(self.name) or not self.name.strip():
            raise Unwritable(
                said("差出人の名前が空か、使えない文字があります。名前を書き直してください。")
            )


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and body as one recipient reads them: no merge field is left.

    ``html`` adds an HTML alternative that says the same. ``automatic`` marks what the service
    itself wrote (RFC 3834), which no letter of a person is, and which goes to the office alone.
    ``unsubscribe``: where its one recipient stops such mails with one click (RFC 2369, RFC 8058).
    """

    subject: str
    body: str
    html: bool = False
    automatic: bool = False
    unsubscribe: str = ""

    def __post_init__(self) -> None:
        if has_control(self.subject) or not self.subject.strip():
            raise Unwritable(
                said("件名が空か、改行などの使えない文字があります。件名を書き直してください。")
            )
        if len(self.subject) > LONGEST_SUBJECT:
            raise Unwritable(
                said(
                    "件名が長すぎます。{most}文字までにしてください。",
                    most=LONGEST_SUBJECT,
                )
            )
        if not self.body.strip():
            raise Unwritable(said("本文が空です。本文を書いてください。"))
        if has_control(self.body, allowed="\t\r\n\u2028\u2029"):
            raise Unwritable(said("本文に使えない文字（制御文字）があります。取り除いてください。"))
        if self.unsubscribe and not _UNSUBSCRIBE.fullmatch(self.unsubscribe):
            raise ValueError("a link to stop mails is an https address of plain letters")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The name and the time of one mail; the same for each attempt at one delivery."""

    message_id: str
    date: datetime

    def __post_init__(self) -> None:
        if not _MESSAGE_ID.fullmatch(self.message_id):
            raise ValueError("a message id is made by message_id_for")
        if self.date.tzinfo is None:
            raise ValueError("the date of a mail knows its time zone")


@dataclass(frozen=True, slots=True)
class Composed:
    """A whole mail in CRLF lines: the head that differs from one recipient to the next, then the
    delimiters and the materials' parts, which are the same objects in every mail.
    """

    pieces: Pieces

    @property
    def head(self) -> bytes:
        """What is the mail's own; with the materials it makes the whole again."""
        return self.pieces[0]

    @property
    def content(self) -> bytes:
        """The whole mail, copied together."""
        return b"".join(self.pieces)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hex; worked out whenever it is asked."""
        return sha256_of(*self.pieces)


def message_id_for(identity: Identity, token: str) -> str:
    """``<token@domain of the sender>``: neither a host name nor a recipient stands in it.

    Raises ``ValueError`` if ``token`` has more than letters, digits, ``.``, ``_`` and ``-``.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("a message token has letters, digits, '.', '_' and '-' only")
    return f"<{token}@{identity.address.domain}>"


def compose(
    identity: Identity,
    envelope: Envelope,
    wording: Wording,
    materials: Sequence[EncodedMaterial],
    stamp: Stamp,
) -> Composed:
    """Write one mail. The same input gives the same bytes, on any machine and on any day."""
    if wording.unsubscribe and not isinstance(envelope, Individual):
        raise ValueError("a batch has no recipient's own link")
    fields = _fields(identity, envelope, wording, stamp)
    text = _with_html(wording, stamp) if wording.html else _text_part("plain", _lines(wording))
    head = fields.encode("ascii") + (_before_materials(text, stamp) if materials else text)
    return Composed(pieces_of(head, materials))


def reassemble(head: bytes, materials: Sequence[EncodedMaterial]) -> bytes:
    """The whole mail from its stored head and its materials, exactly as it was composed.

    Raises ``ValueError`` if the head was made with materials and none are given, or the reverse.
    """
    return b"".join(pieces_of(head, materials))


def pieces_of(head: bytes, materials: Sequence[EncodedMaterial]) -> Pieces:
    """As :func:`reassemble`, without a copy: the head, then delimiters and parts in turn.

    Raises ``ValueError`` if the head was made with materials and none are given, or the reverse.
    """
    end = head.find(b"\r\n\r\n")
    found = _BOUNDARY.search(head[: end + 2])
    if bool(found) != bool(materials):
        raise ValueError("head and materials do not belong together")
    if not found:
        return (head,)
    opening, closing = b"--" + found[1] + b"\r\n", b"--" + found[1] + b"--\r\n"
    return (head, *(piece for each in materials for piece in (opening, each.part)), closing)


def _fields(identity: Identity, envelope: Envelope, wording: Wording, stamp: Stamp) -> str:
    lines = (
        f"From: {encoded_words(identity.name)}\r\n <{identity.address.wire}>",
        f"To: {_shown(identity, envelope).wire}",
        f"Reply-To: {identity.reply_to.wire}",
        f"Subject: {encoded_words(wording.subject)}",
        f"Date: {_date(in_tokyo(stamp.date))}",
        f"Message-ID: {stamp.message_id}",
        *(["Auto-Submitted: auto-generated"] if wording.automatic else []),
        *(_unsubscribe(wording.unsubscribe) if wording.unsubscribe else []),
        "MIME-Version: 1.0",
    )
    return "".join(line + "\r\n" for line in lines)


def _unsubscribe(link: str) -> list[str]:
    return [f"List-Unsubscribe: <{link}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]


def _shown(identity: Identity, envelope: Envelope) -> EmailAddress:
    """The one address that ``To:`` shows, without a name: names in it invite folding errors."""
    match envelope:
        case Individual(to=to):
            return to
        case BlindBatch():
            return identity.address
    raise TypeError("an envelope is an Individual or a BlindBatch")


def _lines(wording: Wording) -> str:
    return wording.body.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def _text_part(kind: str, text: str) -> bytes:
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    return head.encode("ascii") + base64_lines(text.encode())


def _with_html(wording: Wording, stamp: Stamp) -> bytes:
    """The text first, the HTML last: a reader shows the last one that it understands (RFC 2046)."""
    lines = _lines(wording)
    boundary = _boundary("alternative", stamp)
    opening = f"--{boundary}\r\n".encode()
    parts = (_text_part("plain", lines), _text_part("html", html_of(lines)))
    body = b"".join(opening + part for part in parts) + f"--{boundary}--\r\n".encode()
    return _multipart("alternative", boundary) + body


def _before_materials(text: bytes, stamp: Stamp) -> bytes:
    boundary = _boundary("mixed", stamp)
    return _multipart("mixed", boundary) + f"--{boundary}\r\n".encode() + text


def _multipart(kind: str, boundary: str) -> bytes:
    return f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")


def _boundary(kind: str, stamp: Stamp) -> str:
    # "=_" can stand in no line of base64, so no part can hold the boundary.
    name = stamp.message_id if kind == "mixed" else f"{kind} {stamp.message_id}"
    return "=_" + hashlib.sha256(name.encode()).hexdigest()[:32]


@lru_cache(maxsize=64)  # a mail is dated to the second, and many leave in one
def _date(local: datetime) -> str:
    day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    return f"{day}, {local.day:02} {month} {local.year:04} {local:%H:%M:%S} +0900"
