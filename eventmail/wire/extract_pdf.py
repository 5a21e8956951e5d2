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

from eventmail.wire.strings import is_text, plain_addresses, strings
from eventmail.wire.unsearchable import Unsearchable

MOST_PAGES = 2_000
MOST_STREAM_BYTES = 64 * 1024 * 1024
# The dictionary right before a stream of pixels (ISO 32000-1, 8.9.5).
_PICTURE = re.compile(rb"/Subtype\s*/Image\b(?:(?!\bobj\b).)*$", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_STRING = re.compile(rb"\(((?:[^()\\]|\\.){0,4000})\)", re.DOTALL)
_HEX_STRING = re.compile(rb"<([0-9A-Fa-f\s]{8,8000})>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)


def pdf_texts(content: bytes) -> Iterator[str | bytes]:
    """Texts, and the bytes of attached files. Raises :class:`Unsearchable`."""
    try:
        with pypdfium2.PdfDocument(content) as document:
            yield from _of_document(document)
            yield from _of_bytes(_rewritten(document))
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Unsearchable("encrypted" if locked else "damaged") from error


def _of_document(document: pypdfium2.PdfDocument) -> Iterator[str | bytes]:
    if len(document) > MOST_PAGES:
        raise Unsearchable("too_large")
    for number in range(len(document)):
        page = document[number]
        yield page.get_textpage().get_text_range()
        page.close()
    for number in range(document.count_attachments()):
        attached = document.get_attachment(number)
        yield attached.get_name()
        yield bytes(attached.get_data())


def _rewritten(document: pypdfium2.PdfDocument) -> bytes:
    target = io.BytesIO()
    document.save(target, flags=pypdfium2.raw.FPDF_REMOVE_SECURITY)
    content = target.getvalue()
    return content[: content.rfind(b"trailer")]  # behind it: an identifier, another each time


def _of_bytes(content: bytes) -> Iterator[str]:
    """The strings of the objects, and what stands in the streams, packed or not.

    A scanned page is megabytes of pixels, in which chance writes thousands of "(strings)": such a
    stream is searched as a binary file is, and not as a text.
    """
    outside: list[bytes] = []
    position = 0
    for found in _STREAM.finditer(content):
        before = content[position : found.start()]
        outside.append(before)
        position = found.end()
        stream = _inflated(found[1])
        if stream is None:
            outside.append(found[1] if is_text(found[1]) else b"")
        elif b"@" in stream:
            of_what = plain_addresses if _PICTURE.search(before) else _of_stream
            yield from of_what(stream)
    yield from _strings(b"\n".join([*outside, content[position:]]))


def _of_stream(stream: bytes) -> Iterator[str]:
    if is_text(stream):
        yield stream.decode("utf-8", "replace")
    else:
        yield from strings(stream)


def _inflated(stream: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(stream, MOST_STREAM_BYTES)
    except zlib.error:
        return None  # a picture in a format of its own, or a stream that stands uncompressed


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
