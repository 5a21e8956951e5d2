"""All texts inside a file: plain text, Office and OpenDocument files, archives, PDF, binaries.

Runs only in the confined child. It reads more than a person sees on purpose: hidden sheets,
relationships, comments, properties, link targets and deleted objects are bytes like any others.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import msoffcrypto

from eventmail.wire.extract_pdf import pdf_texts
from eventmail.wire.strings import packed_and_plain
from eventmail.wire.unsearchable import Unsearchable

DEEPEST = 4
MOST_ENTRIES = 5_000
MOST_BYTES = 150 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CLOSED_ARCHIVES = re.compile(
    rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x1f[\x8b\x9d]|BZh[1-9]1AY|\xfd7zXZ\0|MSCF\0{4}|\x28\xb5\x2f\xfd"
    rb"|..-lh.-",
    re.DOTALL,
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError,
)  # fmt: skip
_RTF = re.compile(
    r"\\'(?P<byte>[0-9a-fA-F]{2})|\\u(?P<number>-?\d+) ?\??|\\[a-z]+-?\d* ?|\\-|[{}]|\r?\n"
)

__all__ = ["Budget", "Unsearchable", "texts"]


@dataclass(slots=True)
class Budget:
    """What may still be unpacked; a bomb runs out of it."""

    bytes_left: int = MOST_BYTES
    entries_left: int = MOST_ENTRIES

    def take(self, size: int) -> None:
        """Spend one entry of ``size`` bytes or raise :class:`Unsearchable`."""
        self.bytes_left -= size
        self.entries_left -= 1
        if self.bytes_left < 0 or self.entries_left < 0:
            raise Unsearchable("too_large")


def texts(content: bytes, budget: Budget, depth: int = 0) -> Iterator[str]:
    """Every text found in ``content``. Raises :class:`Unsearchable` with the reason."""
    if depth > DEEPEST:
        raise Unsearchable("too_deep")
    if _CLOSED_ARCHIVES.match(content):
        raise Unsearchable("archive")
    if content.startswith(_OLE):
        _refuse_encrypted(content)
    yield from _inner_texts(content, budget, depth)
    yield from _decoded(content)


def _inner_texts(content: bytes, budget: Budget, depth: int) -> Iterator[str]:
    """What a reader of the format finds, beyond the bytes as they stand."""
    if b"%PDF-" in content[:1024]:
        for found in pdf_texts(content):
            if isinstance(found, str):
                yield found
                continue
            budget.take(len(found))
            yield from texts(found, budget, depth + 1)
        yield from _behind_pdf(content, budget, depth)
    elif zipfile.is_zipfile(io.BytesIO(content)):  # at the end of a picture or program, too
        yield from _zip_texts(content, budget, depth)
    elif content.startswith(_ZIP):
        raise Unsearchable("damaged")


def _behind_pdf(content: bytes, budget: Budget, depth: int) -> Iterator[str]:
    """An archive hung behind the PDF; what only looks like one was read as the PDF's own."""
    try:
        zipfile.ZipFile(io.BytesIO(content)).close()
    except _DAMAGE:
        return
    yield from _zip_texts(content, budget, depth)


def _zip_texts(content: bytes, budget: Budget, depth: int) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _decoded(archive.comment)
            for entry in archive.infolist():
                yield from _names(entry)
                yield from _decoded(entry.comment)
                yield from texts(_entry(archive, entry, budget), budget, depth + 1)
    except _DAMAGE as error:
        raise Unsearchable("damaged") from error


def _names(entry: zipfile.ZipInfo) -> Iterator[str]:
    """The name, and what Windows in Japan meant where the encoding is not told."""
    yield entry.filename
    with contextlib.suppress(UnicodeError):
        yield entry.filename.encode("cp437").decode("cp932")


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> bytes:
    if entry.flag_bits & 0x1:
        raise Unsearchable("encrypted")
    with archive.open(entry) as stream:
        content = stream.read(budget.bytes_left + 1)  # the size in the directory may be a lie
    budget.take(len(content))
    if entry.filename == "META-INF/manifest.xml" and b"encryption-data" in content:
        raise Unsearchable("encrypted")
    return content


def _refuse_encrypted(content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unsearchable("encrypted")
    try:
        encrypted = msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted()
    except Exception:  # noqa: BLE001 - not an Office file after all: its strings are read below
        return
    if encrypted:
        raise Unsearchable("encrypted")


def _decoded(content: bytes) -> Iterator[str]:
    """A text in every encoding it could be meant in, or else the strings of a binary file."""
    named = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    readable = False
    for encoding in (named,) if named else _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            readable = True
            yield text
            if text.startswith("{\\rtf"):
                yield _RTF.sub(_rtf_character, text)
    # What begins like UTF-16 or UTF-32 may be something else.
    if not readable or named not in (None, "utf-8-sig"):
        yield from packed_and_plain(content)


def _rtf_character(found: re.Match[str]) -> str:
    if found["byte"]:
        return chr(int(found["byte"], 16))
    if found["number"]:
        return chr(int(found["number"]) % 0x10000)  # Word counts from -32768 on
    return ""
