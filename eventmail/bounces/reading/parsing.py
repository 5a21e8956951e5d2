"""From hostile bytes to a small tree of parts. The only file outside the wire that parses mail.

It reads and never writes: the fence lets nothing but ``email.parser`` in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesParser  # noqa: TID251 - it reads, and writes nothing
from typing import Any

from eventmail.bounces.reading.charsets import decoded, header_text

LARGEST = 10 * 1024 * 1024  # what stands behind it is the returned mail's attachments
DEEPEST, MOST_PARTS, LONGEST_TEXT, LONGEST_HEADER, MOST_HEADERS = 8, 100, 128 * 1024, 4000, 300
SMALL = 256 * 1024
LARGEST_HEAD = 1024 * 1024
SPACED = re.compile(rb"^([!-9;-~]{1,100})[ \t]+:", re.M)
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.I)
TAG = re.compile(r"<[^<>]{0,2000}>")
UNSEEN = re.compile(r"<(/?)(?:style|script)\b", re.I)
BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li)\b[^<>]{0,200}>", re.I)
ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&#64;": "@", "&quot;": '"', "&amp;": "&"}
BLANK = re.compile(r"\r?\n[ \t]*\r?\n")
BLANK_BYTES = re.compile(rb"\r?\n\r?\n")
ODD = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its type, its headers in order (names in lower case), its text or its parts."""

    kind: str
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    parts: tuple[Part, ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header."""
        return tuple(value for each, value in self.headers if each == name)

    def get(self, name: str) -> str:
        """The first value of a header; empty where there is none."""
        return next(iter(self.all(name)), "")

    def walk(self, *, into_mails: bool = True) -> Iterator[Part]:
        """This part and those in it, the outer first."""
        yield self
        if self.kind == "message/rfc822" and not into_mails:
            return
        for each in self.parts:
            yield from each.walk(into_mails=into_mails)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as our tree, and its beginning as the library's object, for the second parser."""

    root: Part
    library: Any


def parse(raw: bytes) -> Mail:
    """Read a mail; whatever is too deep, too much or too long is left out."""
    message = _message(raw[:LARGEST])
    beginning = message if len(raw) <= SMALL else _message(raw[:SMALL])
    return Mail(_Growing().part(message, 0), beginning)


def raw_headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Every header of a mail itself, its name in lower case and its value exactly as it stands.

    A space before the colon is read as mail servers read it. Raises ``ValueError`` for a head of
    more than 1 MB: what is not read to its end says nothing.
    """
    head = SPACED.sub(rb"\1:", raw[: LARGEST_HEAD + 1].lstrip(b"\r\n"))
    if len(head) > LARGEST_HEAD and not BLANK_BYTES.search(head):
        raise ValueError("the head does not end")
    found = BytesParser().parsebytes(head, headersonly=True).raw_items()
    return tuple((name.casefold(), str(value)) for name, value in found)


def _message(raw: bytes) -> Any:
    try:
        return BytesParser().parsebytes(raw)
    except RecursionError:  # parts in parts in parts: then it is one text
        return BytesParser().parsebytes(raw, headersonly=True)


class _Growing:
    """Counts the parts of one mail while its tree is made."""

    def __init__(self) -> None:
        self.parts = 0

    def part(self, message: Any, depth: int) -> Part:
        self.parts += 1
        headers, kind = _headers(message), _kind(message)
        inside = _inside(message)
        if kind == "message/delivery-status":
            return Part(kind, headers, _loose_text(message, inside), self._children(inside, depth))
        if isinstance(inside, list):
            return Part(kind, headers, parts=self._children(inside, depth))
        return Part(kind, headers, _text(message, kind) if _is_text(kind) else "")

    def _children(self, inside: Any, depth: int) -> tuple[Part, ...]:
        if not isinstance(inside, list) or depth >= DEEPEST:
            return ()
        return tuple(self.part(each, depth + 1) for each in inside if self.parts < MOST_PARTS)


def _kind(message: Any) -> str:
    try:
        return str(message.get_content_type())
    except ODD:
        return "text/plain"


def _is_text(kind: str) -> bool:
    # A multipart without a boundary is one text, too.
    return kind.startswith(("text/", "multipart/", "message/"))


def _headers(message: Any) -> tuple[tuple[str, str], ...]:
    pairs = list(message.raw_items())[:MOST_HEADERS]
    return tuple((name.casefold(), header_text(str(raw)[:LONGEST_HEADER])) for name, raw in pairs)


def _inside(message: Any) -> Any:
    """The parts, or the text as it stands. The library falls over some character sets."""
    try:
        return message.get_payload()
    except ODD:
        return ""


def _content(message: Any) -> bytes:
    try:
        found = message.get_payload(decode=True)
    except ODD:
        return b""
    return found if isinstance(found, bytes) else b""


def _text(message: Any, kind: str) -> str:
    named = CHARSET.search(header_text(str(dict(_raw(message)).get("content-type", ""))[:500]))
    text = decoded(_content(message)[:LONGEST_TEXT], named[1] if named else "")
    return _without_tags(text) if kind == "text/html" else text.replace("\r\n", "\n")


def _raw(message: Any) -> list[tuple[str, Any]]:
    return [(name.casefold(), value) for name, value in message.raw_items()]


def _without_tags(text: str) -> str:
    plain = TAG.sub("", BREAK.sub("\n", _seen(text)))
    for entity, letter in ENTITIES.items():
        plain = plain.replace(entity, letter)
    return plain


def _seen(text: str) -> str:
    """A page without its styles and scripts."""
    kept, at, hidden = [], 0, False
    for found in UNSEEN.finditer(text):
        if not hidden:
            kept.append(text[at : found.start()])
        hidden, at = not found[1], found.start()
    return "".join(kept) + ("" if hidden else text[at:])


def _loose_text(message: Any, blocks: Any) -> str:
    """A delivery status that somebody encoded; the library finds no fields in it."""
    if not isinstance(blocks, list) or any(_headers(each) for each in blocks):
        return ""
    coded = "".join(str(_inside(each)) for each in blocks)
    holder = BytesParser().parsebytes(
        b"Content-Transfer-Encoding: "
        + dict(_raw(message)).get("content-transfer-encoding", "7bit").encode("ascii", "replace")
        + b"\n\n"
        + coded.encode("utf-8", "surrogateescape")
    )
    return decoded(_content(holder)[:LONGEST_TEXT])
