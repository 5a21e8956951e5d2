"""Reads a finished mail anew, knowing nothing of how it was composed, and accepts no surprise.

The grammar is the small part of RFC 5322 and RFC 2045 that our mails use. Whatever a mail program
might read in another way (a bare line feed, a second ``To``, a nested part) is :class:`Malformed`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from eventmail.wire.lexical import Malformed, check_lines, decode_base64, decode_words, read_headers
from eventmail.wire.parts import ParsedPart, parse_attachment, parse_shared
from eventmail.wire.pieces import Pieces, as_pieces, stretches

HEADERS = frozenset(
    ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
)
ONLY_ON_NOTICES = "Auto-Submitted"
UNSUBSCRIBE, ONE_CLICK = "List-Unsubscribe", "List-Unsubscribe-Post"
ENCODING = "Content-Transfer-Encoding"
_ALLOWED = HEADERS | {ENCODING, ONLY_ON_NOTICES, UNSUBSCRIBE, ONE_CLICK}
_TEXT_TYPE = 'text/plain; charset="utf-8"'
_HTML_TYPE = 'text/html; charset="utf-8"'
_BOUNDARY = r'boundary="(=_[0-9a-f]{32})"'  # no line of base64 can hold it
_MIXED = re.compile(rf"multipart/mixed; {_BOUNDARY}")
_ALTERNATIVE = re.compile(rf"multipart/alternative; {_BOUNDARY}")
MOST_PARTS = 60


class Header(NamedTuple):
    """One header: its bytes as they stand (without the name), and the text a reader sees."""

    name: str
    raw: str
    value: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """Everything a mail says, decoded."""

    headers: tuple[Header, ...]
    body: str
    html: str | None  # the HTML alternative as it stands
    attachments: tuple[ParsedPart, ...]

    def header(self, name: str) -> Header:
        """The one header of that name."""
        for each in self.headers:
            if each.name == name:
                return each
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether there is such a header."""
        return any(each.name == name for each in self.headers)

    def value(self, name: str) -> str:
        """What a reader sees in the one header of that name."""
        return self.header(name).value


def parse_mail(content: bytes | Pieces, seen: Sequence[bytes] = ()) -> ParsedMail:
    """Parse a mail, whole or in pieces, or raise :class:`Malformed`.

    ``seen`` are the bytes of parts which many mails share: where one stands in this mail byte for
    byte, its earlier parse is used. Neither that nor the cuts between the pieces change anything
    but the speed: where they are not what they should be, the whole is read.
    """
    pieces = as_pieces(content)
    if len(pieces) > 1:
        with contextlib.suppress(Malformed):
            return _parse(stretches(pieces, seen), seen)
    return _parse([b"".join(pieces)], seen)


def _parse(found: list[bytes], seen: Sequence[bytes]) -> ParsedMail:
    """One mail in its stretches: what is its own, and between them parts that are in ``seen``.

    Each stretch is read by itself, so a head or a part of the mail's own lies within one.
    """
    block, start = _split_head(found[0])
    headers = read_headers(block, _ALLOWED)
    shown = tuple(map(_header, headers.items()))
    if not headers.keys() >= HEADERS:
        raise Malformed("missing_header")
    if headers["MIME-Version"] != "1.0":
        raise Malformed("mime")
    mixed = _MIXED.fullmatch(headers["Content-Type"])
    if not mixed:
        if len(found) > 1:
            raise Malformed("mime")
        return ParsedMail(shown, *_body(headers, found[0][start:]), ())
    if ENCODING in headers:
        raise Malformed("encoding")
    raw_parts = _split_parts(found, start, mixed[1].encode(), seen)
    attachments = tuple(_attachment(raw, seen) for raw in raw_parts[1:])
    return ParsedMail(shown, *_body_part(raw_parts[0]), attachments)


@lru_cache(maxsize=256)  # most headers are the same in each mail of a mailing
def _header(field: tuple[str, str]) -> Header:
    name, raw = field
    return Header(name, raw, decode_words(raw))


def _split_head(content: bytes) -> tuple[bytes, int]:
    end = content.find(b"\r\n\r\n")
    if end < 0:
        check_lines(content)
        raise Malformed("header_syntax")
    return content[: end + 2], end + 4


def _split_parts(
    found: list[bytes], start: int, boundary: bytes, seen: Sequence[bytes]
) -> list[bytes]:
    """The parts between the delimiters; nothing may stand before the first or after the last.

    A shared part lies between two stretches: the one ends with a delimiter, the other begins so.
    """
    opening, closing = b"--" + boundary + b"\r\n", b"--" + boundary + b"--\r\n"
    parts: list[bytes] = []
    content, *others = found
    position = start
    while content.startswith(opening, position) and len(parts) < MOST_PARTS:
        position += len(opening)
        if others and position == len(content):
            part, content, *others = others
            position = 0
        else:
            part = _part_at(content, position, b"--" + boundary, seen)
            position += len(part)
        parts.append(part)
    if not parts or others or content[position:] != closing:
        check_lines(content[position:])
        raise Malformed("trailing" if content.startswith(closing, position) else "mime")
    return parts


def _part_at(content: bytes, position: int, delimiter: bytes, seen: Sequence[bytes]) -> bytes:
    for raw in seen:
        if content.startswith(raw, position) and content.startswith(delimiter, position + len(raw)):
            return raw
    end = content.find(b"\r\n" + delimiter, position)
    if end < 0:
        check_lines(content[position:])
        raise Malformed("mime")
    return content[position : end + 2]


def _attachment(raw: bytes, seen: Sequence[bytes]) -> ParsedPart:
    if any(raw is each for each in seen):
        return parse_shared(raw)
    return parse_attachment(raw)


def _body_part(raw: bytes) -> tuple[str, str | None]:
    block, rest = _split_head(raw)
    return _body(read_headers(block, {"Content-Type", ENCODING}), raw[rest:])


def _body(headers: dict[str, str], content: bytes) -> tuple[str, str | None]:
    """The text, and the HTML where there are alternatives: exactly these two, in this order."""
    alternative = _ALTERNATIVE.fullmatch(headers.get("Content-Type", ""))
    if not alternative:
        return _text(headers, content, _TEXT_TYPE), None
    if ENCODING in headers:
        raise Malformed("encoding")
    raw_parts = _split_parts([content], 0, alternative[1].encode(), ())
    if len(raw_parts) != 2:
        raise Malformed("mime")
    plain, page = (
        _text_part(raw, kind) for raw, kind in zip(raw_parts, (_TEXT_TYPE, _HTML_TYPE), strict=True)
    )
    return plain, page


def _text_part(raw: bytes, kind: str) -> str:
    block, rest = _split_head(raw)
    return _text(read_headers(block, {"Content-Type", ENCODING}), raw[rest:], kind)


def _text(headers: dict[str, str], body: bytes, kind: str) -> str:
    content_type = headers.get("Content-Type", "")
    if content_type != kind:
        raise Malformed("charset" if content_type.startswith("text/plain") else "mime")
    if headers.get(ENCODING) != "base64":
        raise Malformed("encoding")
    try:
        text = decode_base64(body).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("charset") from error
    if not text.count("\r\n") == text.count("\n") == text.count("\r"):
        raise Malformed("bare_newline")
    return text
