"""The attachments of a mail, read strictly: type, name, bytes."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from eventmail.wire.lexical import Malformed, check_lines, decode_base64, decode_words, read_headers
from eventmail.wire.unwritable import has_control

PART_HEADERS = frozenset(("Content-Type", "Content-Transfer-Encoding", "Content-Disposition"))
_TYPE = re.compile(r'([a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*); name="([^"\\]*)"')
_SECTION = re.compile(r"; filename(?:\*(\d+))?\*=(UTF-8'')?((?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+)")


MOST_SHARED_BYTES = 100 * 1024 * 1024
_shared: dict[bytes, ParsedPart] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ParsedPart:
    """One attachment as the receiver gets it; ``digest`` is the SHA-256 of its bytes, in hex."""

    media_type: str
    filename: str
    content: bytes
    digest: str


def parse_attachment(raw: bytes) -> ParsedPart:
    """Parse one part (headers, empty line, base64 lines) or raise :class:`Malformed`."""
    end = raw.find(b"\r\n\r\n")
    if end < 0:
        check_lines(raw)
        raise Malformed("header_syntax")
    headers = read_headers(raw[: end + 2], PART_HEADERS)
    if headers.keys() != PART_HEADERS:
        raise Malformed("missing_header")
    if headers["Content-Transfer-Encoding"] != "base64":
        raise Malformed("encoding")
    media_type, fallback = _media_type(headers["Content-Type"])
    filename = _file_name(headers["Content-Disposition"])
    if filename != fallback or has_control(filename):
        raise Malformed("mime")
    content = decode_base64(raw[end + 4 :])
    return ParsedPart(media_type, filename, content, hashlib.sha256(content).hexdigest())


def parse_shared(raw: bytes) -> ParsedPart:
    """As :func:`parse_attachment`, remembered for the next mail that shares these very bytes."""
    found = _shared.get(raw)
    if found is None:
        found = parse_attachment(raw)
        with _lock:
            _shared[raw] = found
            while sum(map(len, _shared)) > MOST_SHARED_BYTES and len(_shared) > 1:
                del _shared[next(iter(_shared))]
    return found


def _media_type(value: str) -> tuple[str, str]:
    found = _TYPE.fullmatch(value)
    if not found or value.startswith(("multipart/", "message/")):
        raise Malformed("mime")
    return found[1], decode_words(found[2])


def _file_name(value: str) -> str:
    """The name from ``filename*`` or from its numbered sections, in order (RFC 2231)."""
    sections = list(_SECTION.finditer(value, len("attachment")))
    numbers = [each[1] for each in sections]
    expected = [None] if len(sections) == 1 else [str(n) for n in range(len(sections))]
    whole = "attachment" + "".join(each[0] for each in sections) == value
    if not whole or numbers != expected or [n for n, s in enumerate(sections) if s[2]] != [0]:
        raise Malformed("mime")
    try:
        return b"".join(unquote_to_bytes(each[3]) for each in sections).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("mime") from error
