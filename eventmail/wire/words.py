"""Japanese in headers, written as 7-bit ASCII and never cut inside a character.

RFC 2047 encoded words for names and subjects, RFC 2231 parameters for file names. Written here
because the folding of the standard library and of Flask-Mail alters long Japanese texts, and
because importing Flask-Mail changes the charset table of ``email`` for the whole process.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

FOLD = "\r\n "
WORD_BYTES = 36  # 36 bytes become 48 characters of base64; with its frame a word has 60
SECTION = 54  # characters of a percent-encoded section; its line then stays below 76


@lru_cache(maxsize=256)  # the same sender and subject in each mail of a mailing
def encoded_words(text: str) -> str:
    """``text`` as RFC 2047 base64 words in UTF-8, one on each folded line."""
    return FOLD.join(
        f"=?UTF-8?B?{base64.b64encode(piece).decode('ascii')}?=" for piece in _words(text.encode())
    )


def _words(content: bytes) -> Iterator[bytes]:
    """Cut between characters: a byte 10xxxxxx goes on with the one before it (RFC 3629)."""
    start, end = 0, WORD_BYTES
    while end < len(content):
        while content[end] & 0b11000000 == 0b10000000:
            end -= 1
        yield content[start:end]
        start, end = end, end + WORD_BYTES
    yield content[start:]


def file_name_parameter(text: str) -> str:
    """``filename*=`` of RFC 2231; a long name goes over several numbered lines."""
    first, *others = (quote(piece, safe="") for piece in _sections(text))
    if not others:
        return f"{FOLD}filename*=UTF-8''{first}"
    lines = [f"{FOLD}filename*0*=UTF-8''{first}"]
    lines += [f"{FOLD}filename*{n}*={each}" for n, each in enumerate(others, 1)]
    return ";".join(lines)


def _sections(text: str) -> Iterator[str]:
    """Cut between characters, so that each piece alone is whole and no longer than a section."""
    start = used = 0
    for position, char in enumerate(text):
        length = len(quote(char, safe=""))
        used += length
        if used > SECTION:
            yield text[start:position]
            start, used = position, length
    yield text[start:]
