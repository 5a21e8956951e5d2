"""The strings of a binary file: runs of printable characters, in one byte or in two."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator

_ASCII_RUN = re.compile(rb"[\t\n\r\x20-\x7e]{6,}")
_RUN = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{6,}")
_WIDE_RUNS = (
    (re.compile(rb"(?:[\t\n\r\x20-\x7e]\x00){6,}"), "utf-16-le"),
    (re.compile(rb"(?:\x00[\t\n\r\x20-\x7e]){6,}"), "utf-16-be"),
)
_PLAIN_ADDRESS = re.compile(rb"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{3,253}")
_PRINTABLE = bytes([9, 10, 12, 13, *range(32, 127)])
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")  # how a compressed stream begins
_LARGEST_STREAM = 1024 * 1024


def packed_and_plain(content: bytes) -> Iterator[str]:
    """The strings of a file, and of whatever is compressed in it."""
    for stream in _streams(content):
        yield from strings(stream) if is_text(stream) else plain_addresses(stream)
    yield from strings(content)


def is_text(content: bytes) -> bool:
    """Whether most of the bytes are printable: instructions, XML or a table, and no picture."""
    return len(content.translate(None, _PRINTABLE)) * 4 <= len(content)


def plain_addresses(pixels: bytes) -> Iterator[str]:
    """Pixels show no text to anybody; an address that stands in them in plain letters is found."""
    yield b"\0".join(_PLAIN_ADDRESS.findall(pixels)).decode("ascii")


def strings(content: bytes) -> Iterator[str]:
    """The strings as they stand; those in ASCII in one text.

    So a cover ("%40", an entity, base64) comes off however many runs there are.
    """
    yield b"\0".join(_ASCII_RUN.findall(content)).decode("ascii")
    for run in _RUN.findall(content):
        if b"@" in run:
            yield run.decode("latin-1")
    for pattern, encoding in _WIDE_RUNS:
        for run in pattern.findall(content):
            yield run.decode(encoding)


def _streams(content: bytes) -> Iterator[bytes]:
    """What compressed streams hold, wherever they begin: notes in a picture, a PDF's old page."""
    window = memoryview(content)
    for found in _ZLIB.finditer(content):
        with contextlib.suppress(zlib.error):
            packed = window[found.start() : found.start() + _LARGEST_STREAM]
            yield zlib.decompressobj().decompress(packed, _LARGEST_STREAM)
