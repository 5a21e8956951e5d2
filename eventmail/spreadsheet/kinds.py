"""What kind of file it is, told by its content and not by its name.

An archive's own table of contents is looked at before anything is unpacked, because a file of a
few kilobytes can unpack to gigabytes.
"""

from __future__ import annotations

import io
import re
import zipfile

from eventmail.spreadsheet import compound, limits
from eventmail.spreadsheet.refusal import unreadable

TEXT = "text"
XLSX, XLS, ODS = "xlsx", "xls", "ods"
READABLE = frozenset((TEXT, XLSX, XLS, ODS))


_NOTHING = b"\0 \r\n\t,;\xef\xbb\xbf\xff\xfe"  # blanks, delimiters, byte order marks


def kind_of(content: bytes) -> str:
    """The kind: one of :data:`READABLE` (a text may still turn out to be none).

    Raises :class:`~eventmail.spreadsheet.refusal.UnreadableFile` for any other kind of file.
    """
    if not content.strip(_NOTHING):
        raise unreadable("empty")
    if len(content) > limits.LARGEST_FILE:
        raise unreadable("too_big")
    kind = _kind(content)
    if kind not in READABLE:
        raise unreadable(kind)
    return kind


_MAGIC = {
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"II*\0": "image",
    b"MM\0*": "image",
    b"{\\rtf": "word",
    b"7z\xbc\xaf\x27\x1c": "other_zip",
    b"Rar!\x1a\x07": "other_zip",
    b"\x1f\x8b": "other_zip",
    b"BZh": "other_zip",
    b"\xfd7zXZ\0": "other_zip",
    b"MSCF\0\0\0\0": "other_zip",
    # A workbook of Excel 5.0/95 and before may stand alone, in no compound file.
    b"\x09\x08\x08\x00": XLS,
    b"\x09\x08\x10\x00": XLS,
    b"\x09\x04\x06\x00": XLS,
    b"\x09\x02\x06\x00": XLS,
    b"\x09\x00\x04\x00": XLS,
}
_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
_MARKUP = re.compile(rb"<(?:[!?]|/?[a-z])", re.I)


def _kind(content: bytes) -> str:
    if content.startswith(b"PK"):
        return _zip_kind(content)
    if content.startswith(compound.MAGIC[:4]):
        return _ole_kind(content)
    found = next((kind for start, kind in _MAGIC.items() if content.startswith(start)), "")
    return found or _image(content) or _archive(content) or _text_kind(content)


def _image(content: bytes) -> str:
    media = content[4:8] == b"ftyp" and content[8:12] in _BRANDS
    webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    bitmap = content.startswith(b"BM") and content[6:10] == b"\0\0\0\0"
    return "image" if media or webp or bitmap else ""


def _archive(content: bytes) -> str:
    return "other_zip" if content[2:5] == b"-lh" and content[6:7] == b"-" else ""


def _text_kind(content: bytes) -> str:
    """What is text by its bytes, and yet no table."""
    head = _plain(content[:8000]).lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"%PDF"):
        return "pdf"
    if _MARKUP.match(head):
        return _markup_kind(head)
    return _mail(head) or TEXT


def _plain(head: bytes) -> bytes:
    """The beginning of a UTF-16 file as bytes that words can be found in."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return head


_PAGE = re.compile(
    rb"<(?:!doctype html|html|head|body|table|meta|style|script|div|p|center)\b", re.I
)


def _markup_kind(head: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<html" not in head.lower():
        return "excel_xml"
    if b'progid="Word.Document"' in head:
        return "word"
    if _PAGE.search(head):
        return "web_page"
    return "other_xml" if head.startswith((b"<?xml", b"<!--")) else TEXT


_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:")
_OF_MAIL = re.compile(
    rb"(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type"
    rb"|delivered-to|reply-to|dkim-signature|x-[a-z-]+):",
    re.I,
)


def _mail(head: bytes) -> str:
    """A saved mail begins with fields and nothing else."""
    lines = re.split(rb"\r?\n", head)[:6]
    fields = [line for line in lines if line and line[:1] not in b" \t"]
    if len(fields) < 3 or not all(_FIELD.match(line) for line in fields):
        return ""
    if sum(bool(_OF_MAIL.match(line)) for line in fields) < 3:
        return ""
    return "web_page" if b"multipart/related" in head else "mail"


_STREAMS = {
    "EncryptedPackage": "encrypted",
    "EncryptionInfo": "encrypted",
    "Workbook": XLS,
    "Book": XLS,
    "WordDocument": "word",
    "PowerPoint Document": "powerpoint",
    "__properties_version1.0": "mail",
}


def _ole_kind(content: bytes) -> str:
    try:
        names = compound.top_names(content)
    except ValueError:
        return "damaged"
    folded = {name.casefold() for name in names}
    return next((kind for name, kind in _STREAMS.items() if name.casefold() in folded), "unknown")


_ENTRY = b"PK\1\2"  # with which each line of an archive's table of contents begins


def _zip_kind(content: bytes) -> str:
    if content.count(_ENTRY) > 5 * limits.MOST_ENTRIES:  # some may be an archive's in the archive
        return "bomb"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _archive_kind(archive)
    except Exception as error:  # zipfile has a dozen of them for what is no archive
        raise unreadable("damaged") from error


_OPEN_DOCUMENT = {b"spreadsheet": ODS, b"text": "word", b"presentation": "powerpoint"}
_FOLDERS = {"xl/": XLSX, "word/": "word", "ppt/": "powerpoint", "index/document.iwa": "numbers"}


def _archive_kind(archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    names = {each.filename.replace("\\", "/").casefold() for each in entries}
    if _is_bomb(entries):
        return "bomb"
    if any(each.flag_bits & 1 for each in entries):
        return "encrypted_zip"
    if "mimetype" in names:
        with archive.open("mimetype") as file:  # never more than a few bytes of it
            _, found, kind = file.read(80).partition(b"application/vnd.oasis.opendocument.")
        if found:
            kinds = (each for start, each in _OPEN_DOCUMENT.items() if kind.startswith(start))
            return next(kinds, "unknown")
    if "xl/workbook.bin" in names:
        return "binary_excel"
    found_kinds = (
        kind for start, kind in _FOLDERS.items() if any(name.startswith(start) for name in names)
    )
    return next(found_kinds, "other_zip")


def _is_bomb(entries: list[zipfile.ZipInfo]) -> bool:
    unpacked = sum(each.file_size for each in entries)
    packed = sum(each.compress_size for each in entries)
    ratio = unpacked > limits.MEGABYTE and unpacked > packed * limits.MOST_COMPRESSED
    return len(entries) > limits.MOST_ENTRIES or unpacked > limits.LARGEST_UNPACKED or ratio
