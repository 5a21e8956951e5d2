"""What kind of file it is, told by its content; the name only tells a table from a text."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from eventmail.scanning.package import key
from eventmail.spreadsheet import compound

OFFICE = {"xl/": "xlsx", "word/": "docx", "ppt/": "pptx"}
WITH_MACROS = {"xlsx": "xlsm", "docx": "docm", "pptx": "pptm"}
WORKBOOKS, DOCUMENTS, SLIDES = ("xlsx", "xlsm"), ("docx", "docm"), ("pptx", "pptm")
PICTURES = ("png", "jpeg", "gif", "tiff", "webp", "bmp")
TEXTS = ("txt", "csv")
_MAGIC = {
    b"\x89PNG\r\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"BM": "bmp",
    b"{\\rtf": "rtf",
}
_STREAMS = {
    "workbook": "xls",
    "book": "xls",
    "worddocument": "doc",
    "powerpoint document": "ppt",
    "__properties_version1.0": "msg",
}
_LOCKED = {"encryptedpackage", "encryptioninfo"}
_TABLES = (".csv", ".tsv")


def kind_of(content: bytes, filename: str = "") -> str:
    """The kind, as a short word; ``unknown`` if it is none that we can tell."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK"):
        return _of_archive(content)
    if content.startswith(compound.MAGIC):
        return _of_compound(content, filename)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    found = next((kind for start, kind in _MAGIC.items() if content.startswith(start)), "")
    return found or _of_text(content, filename)


def _of_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {key(each) for each in archive.namelist()}
    except Exception:  # noqa: BLE001 - zipfile has a dozen of them for what is no archive
        return "zip"
    if "mimetype" in names and "meta-inf/manifest.xml" in names:
        return "opendocument"
    if "[content_types].xml" not in names:
        return "zip"
    kind = next((k for start, k in OFFICE.items() if any(n.startswith(start) for n in names)), "")
    if not kind:
        return "zip"
    if "xl/workbook.bin" in names:
        return "xlsb"
    has_macros = any(name.endswith("vbaproject.bin") for name in names)
    return WITH_MACROS[kind] if has_macros else kind


def _of_compound(content: bytes, filename: str) -> str:
    try:
        names = {each.casefold() for each in compound.top_names(content)}
    except ValueError:
        names = set()
    if names & _LOCKED:  # what it would be without its password
        return PurePath(filename).suffix.lower().lstrip(".") or "unknown"
    return next((kind for name, kind in _STREAMS.items() if name in names), "unknown")


def _of_text(content: bytes, filename: str) -> str:
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    return "csv" if PurePath(filename).suffix.lower() in _TABLES else "txt"
