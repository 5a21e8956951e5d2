"""The texts of a PDF: the text layer of every page, attached files, and every string and stream.

Strings and streams are read from a copy that PDFium has written anew, so that compressed object
streams and the permissions-only encryption are out of the way: link targets, form values,
comments and properties stand there in plain sight.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw

from eventmail.wire.unsearchable import Unsearchable

MOST_PAGES = 2_000
MOST_STREAM_BYTES = 8 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_STRING = re.compile(rb"\(((?:[^()\\]|\\.){0,4000})\)", re.DOTALL)
_HEX_STRING = re.compile(rb"<([0-9A-Fa-f\s]{8,8000})>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)


def pdf_texts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Pairs of a text and the bytes of an attached file, or none. Raises :class:`Unsearchable`."""
    try:
        with pypdfium2.PdfDocument(content) as document:
            yield from _of_document(document)
            yield from _of_bytes(_rewritten(document))
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error)
        raise Unsearchable("encrypted" if locked else "damaged") from error


def _of_document(document: pypdfium2.PdfDocument) -> Iterator[tuple[str, bytes]]:
    if len(document) > MOST_PAGES:
        raise Unsearchable("too_large")
    for number in range(len(document)):
        page = document[number]
        yield page.get_textpage().get_text_range(), b""
        page.close()
    for number in range(document.count_attachments()):
        attached = document.get_attachment(number)
        yield attached.get_name(), bytes(attached.get_data())


def _rewritten(document: pypdfium2.PdfDocument) -> bytes:
    target = io.BytesIO()
    document.save(target, flags=pypdfium2.raw.FPDF_REMOVE_SECURITY)
    content = target.getvalue()
    return content[: content.rfind(b"trailer")]  # behind it: an identifier, another each time


def _of_bytes(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield from ((text, b"") for text in _strings(content))
    for found in _STREAM.finditer(content):
        stream = _inflated(found[1])
        if b"@" in stream:
            yield stream.decode("utf-8", "replace"), b""


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, MOST_STREAM_BYTES)
    except zlib.error:
        return b""  # a picture, or a stream that stands uncompressed and was read as strings


def _strings(content: bytes) -> Iterator[str]:
    for found in _STRING.finditer(content):
        yield _text(_ESCAPE.sub(_unescape, found[1]))
    for found in _HEX_STRING.finditer(content):
        digits = re.sub(rb"\s", b"", found[1])
        yield _text(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()))


def _unescape(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    if escaped[:1] in b"01234567":
        return bytes([int(escaped, 8) & 0xFF])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\n": b"", b"\r\n": b""}.get(escaped, escaped)


def _text(string: bytes) -> str:
    if string.startswith(b"\xfe\xff"):
        return string[2:].decode("utf-16-be", "replace")
    return string.decode("utf-8", "replace")
