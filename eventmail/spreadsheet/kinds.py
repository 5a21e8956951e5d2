"""What kind of file it is, told by its content and not by its name.

An archive's own table of contents is looked at before anything is unpacked, because a file of a
few kilobytes can unpack to gigabytes.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from eventmail.spreadsheet.refusal import unreadable

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 300 * MEGABYTE
MOST_ENTRIES = 2000
MOST_COMPRESSED = 1000  # times; real workbooks stay below 100
TEXT = "text"


def kind_of(content: bytes) -> str:
    """The kind: ``xlsx``, ``xlsm`` or :data:`TEXT` (which may still turn out to be no text).

    Raises :class:`~eventmail.spreadsheet.refusal.UnreadableFile` for any other kind of file.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise unreadable("empty")
    if len(content) > LARGEST_FILE:
        raise unreadable("too_big")
    refusal = _kind_refused(content)
    if refusal:
        raise unreadable(refusal)
    return "xlsx" if content.startswith(b"PK") else TEXT


_MAGIC = {
    b"%PDF": "pdf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"II*\0": "image",
    b"MM\0*": "image",
    b"{\\rtf": "word",
}


def _kind_refused(content: bytes) -> str:
    if content.startswith(b"PK"):
        return _zip_kind(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _ole_kind(content)
    if content[4:12] in (b"ftypheic", b"ftypmif1") or content[8:12] == b"WEBP":
        return "image"
    if content.startswith(b"BM") and b"\0" in content[:64]:
        return "image"
    if (
        content[:200]
        .lstrip(b"\xef\xbb\xbf \r\n\t")
        .lower()
        .startswith((b"<html", b"<!doc", b"<?xml"))
    ):
        return "web_page"
    return next((kind for start, kind in _MAGIC.items() if content.startswith(start)), "")


def _ole_kind(content: bytes) -> str:
    # The directory of a compound file holds its stream names as UTF-16.
    streams = {
        "EncryptedPackage": "encrypted",
        "WordDocument": "word",
        "PowerPoint Document": "powerpoint",
        "Workbook": "old_excel",
        "Book": "old_excel",
    }
    found = (kind for name, kind in streams.items() if name.encode("utf-16-le") in content)
    return next(found, "unknown")


_BAD_ZIP = (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error)


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _archive_kind(archive)
    except _BAD_ZIP:  # NotImplementedError (an odd compression) is a RuntimeError
        return "damaged"


def _archive_kind(archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    names = {each.filename for each in entries}
    if _is_bomb(entries):
        return "bomb"
    if any(each.flag_bits & 1 for each in entries):
        return "encrypted"
    if "mimetype" in names:
        with archive.open("mimetype") as file:  # never more than a few bytes of it
            if b"opendocument" in file.read(80):
                return "open_document"
    table = {"word/": "word", "ppt/": "powerpoint", "xl/": ""}
    found = (kind for start, kind in table.items() if any(n.startswith(start) for n in names))
    return next(found, "other_zip")


def _is_bomb(entries: list[zipfile.ZipInfo]) -> bool:
    unpacked = sum(each.file_size for each in entries)
    packed = sum(each.compress_size for each in entries)
    ratio = unpacked > MEGABYTE and unpacked > packed * MOST_COMPRESSED
    return len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED or ratio
