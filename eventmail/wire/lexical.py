"""Lines, headers, encoded words and base64, read strictly: the alphabet of the parser."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

from eventmail.wire.unwritable import has_control

LONGEST_LINE = 998  # RFC 5322, section 2.1.1, without CRLF
_LONG = re.compile(rb"[^\r\n]{%d}" % (LONGEST_LINE + 1))
_FIELD = re.compile(r"([!-9;-~]+): ([!-~][ -~]*(?:\r\n (?=[!-~])[ -~]*)*)")
_FOLD, _FOLDED = "\r\n ", "\0"  # no NUL is in a mail
_WORD = re.compile(r"=\?UTF-8\?B\?([A-Za-z0-9+/]+={0,2})\?=")
_WORDS = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern})*")
_SHOWS_OTHERS = re.compile(
    r"(?:resent-.*|b?cc|apparently-to|x-original-to|delivered-to)", re.IGNORECASE
)
_BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{76}\r\n)*(?:[A-Za-z0-9+/=]{4,76}\r\n)?")


class Malformed(Exception):
    """The bytes are not a mail as we write them; ``reason`` is a key of ``gate.RULES``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_lines(content: bytes) -> None:
    """Lines end in CRLF and only there, have 7 bits, no NUL, and at most 998 characters."""
    if b"\0" in content:
        raise Malformed("nul")
    if not content.isascii():
        raise Malformed("eight_bit")
    ends = content.count(b"\r\n")
    if ends != content.count(b"\n") or ends != content.count(b"\r"):
        raise Malformed("bare_newline")
    if not content.endswith(b"\r\n"):
        raise Malformed("trailing")
    if _LONG.search(content):
        raise Malformed("long_line")


def read_headers(block: bytes, names: AbstractSet[str]) -> dict[str, str]:
    """Header name to unfolded value, in order. Each of ``names`` at most once, and no other."""
    check_lines(block)
    text = block[:-2].decode("ascii")
    found: dict[str, str] = {}
    for written in text.replace(_FOLD, _FOLDED).split("\r\n"):
        name, value = _field(written)
        _admit(name, found, names)
        if value is None:
            raise Malformed("header_syntax")
        found[name] = value
    return found


@lru_cache(maxsize=512)  # most fields are the same in each mail of a mailing
def _field(written: str) -> tuple[str, str | None]:
    """Name and value of one field, in which NUL stands for each fold; no value that is none."""
    field = _FIELD.fullmatch(written.replace(_FOLDED, _FOLD))
    if not field:
        raise Malformed("header_syntax")
    return field[1], _unfolded(field[2])


def _unfolded(value: str) -> str | None:
    """One line. We never write two spaces: between encoded words a reader sees none of them."""
    line = value.replace(_FOLD, " ")
    return None if "  " in line else line


def _admit(name: str, found: dict[str, str], names: AbstractSet[str]) -> None:
    if name in found:
        raise Malformed("duplicate_header")
    if _shows_others(name):
        raise Malformed("forbidden_header")
    if name not in names:
        raise Malformed("unknown_header")


@lru_cache(maxsize=64)
def _shows_others(name: str) -> bool:
    return bool(_SHOWS_OTHERS.fullmatch(name))


def decode_words(value: str) -> str:
    """The text a reader sees: all encoded words of ``value`` decoded (RFC 2047), each whole."""
    if "=?" not in value:
        return value
    decoded, left = _decoded(value)
    if "=?" in left or has_control(decoded):
        raise Malformed("header_syntax")
    return decoded


@lru_cache(maxsize=512)  # the same sender and subject in each mail of a mailing
def _decoded(value: str) -> tuple[str, str]:
    """The text, and what of ``value`` is no encoded word."""
    text = _WORDS.sub(lambda run: "".join(map(_word, _WORD.findall(run[0]))), value)
    return text, _WORD.sub("", value)


def _word(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Malformed("header_syntax") from error


def decode_base64(body: bytes) -> bytes:
    """The bytes behind canonical base64 lines: no other character, no bit left over."""
    if not _BASE64_LINES.fullmatch(body):
        check_lines(body)
        raise Malformed("base64")
    joined = body.replace(b"\r\n", b"")
    try:
        content = base64.b64decode(joined, validate=True)
    except binascii.Error as error:
        raise Malformed("base64") from error
    if base64.b64encode(content) != joined:
        raise Malformed("base64")
    return content
