"""Files are told by their content; what is no roster gets one sentence with the way out."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

import eventmail.spreadsheet
from eventmail.spreadsheet.limits import LARGEST_FILE
from eventmail.spreadsheet.refusal import MESSAGES, UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook
from tests.slim import REAL
from tests.spreadsheet.books import book, saved
from tests.spreadsheet.packages import SPREADSHEET, archive, compound, ods, row

ENCRYPTED = b'<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/>'
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'
MAIL = b"Return-Path: <a@b.example>\r\nReceived: by x\r\nFrom: a\r\nTo: b\r\nSubject: c\r\n\r\nd"
MHT = (
    b'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; t="x"\r\n'
)


def encrypted_entry() -> bytes:
    """A zip whose entry says that it needs a password."""
    content = bytearray(archive({"a.xlsx": b"x"}))
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


def with_password() -> bytes:
    """A workbook that another library encrypted."""
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(saved(book(["甲"])[0]))).encrypt("secret", target)
    return target.getvalue()


REFUSED = {
    "nothing": (b"", "empty"),
    "only blanks": (b"\r\n \r\n", "empty"),
    "only a byte order mark": (b"\xef\xbb\xbf\r\n", "empty"),
    "only zeros": (bytes(600), "empty"),
    "only delimiters": (b",,,\r\n,,,\r\n", "empty"),
    "over ten megabytes": (b"a," * (LARGEST_FILE // 2 + 1), "too_big"),
    "xlsx with a password": (with_password(), "encrypted"),
    "xlsx with a password, by its names": (
        compound("EncryptionInfo", "EncryptedPackage"),
        "encrypted",
    ),
    "ods with a password": (ods("", manifest=ENCRYPTED), "encrypted"),
    "zip with a password": (encrypted_entry(), "encrypted_zip"),
    "xls whose stream is empty": (compound("Workbook"), "damaged"),
    "cut compound file": (compound("Workbook")[:600], "damaged"),
    "compound file of zeros": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
    "doc": (compound("WordDocument"), "word"),
    "doc with a workbook inside": (compound("WordDocument", "Pool", within="Workbook"), "word"),
    "ppt": (compound("PowerPoint Document"), "powerpoint"),
    "msg": (compound("__properties_version1.0"), "mail"),
    "other compound file": (compound("Something"), "unknown"),
    "odt": (archive({"mimetype": SPREADSHEET.replace(b"spreadsheet", b"text")}), "word"),
    "odp": (
        archive({"mimetype": SPREADSHEET.replace(b"spreadsheet", b"presentation")}),
        "powerpoint",
    ),
    "odg": (archive({"mimetype": SPREADSHEET.replace(b"spreadsheet", b"graphics")}), "unknown"),
    "docx": (archive({"word/document.xml": b"<x/>"}), "word"),
    "pptx": (archive({"ppt/presentation.xml": b"<x/>"}), "powerpoint"),
    "xlsb": (archive({"xl/workbook.bin": b"\x83\1"}), "binary_excel"),
    "numbers": (archive({"Index/Document.iwa": b"x"}), "numbers"),
    "zip of other files": (archive({"写真.txt": b"hello"}), "other_zip"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "other_zip"),
    "rar": (b"Rar!\x1a\x07\x01\0", "other_zip"),
    "lzh": (b"\x21\x0d-lh5-\x10\0\0\0", "other_zip"),
    "gz": (b"\x1f\x8b\x08\0\0\0\0\0", "other_zip"),
    "pdf": ((REAL / "当日スケジュール.pdf").read_bytes(), "pdf"),
    "pdf after a line break": (b"\r\n%PDF-1.7\n", "pdf"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "image"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(50), "image"),
    "gif": (b"GIF89a\1\0\1\0", "image"),
    "bmp": (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0", "image"),
    "tiff": (b"II*\0\x08\0\0\0", "image"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image"),
    "webp": (b"RIFF\1\1\1\1WEBPVP8 ", "image"),
    "rtf": (b"{\\rtf1\\ansi x}", "word"),
    "web page": (b"<html><table>", "web_page"),
    "web page saved as xls": (
        XML + b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">',
        "web_page",
    ),
    "web page in UTF-16": ("<html><body>名簿".encode("utf-16"), "web_page"),
    "web archive": (MHT, "web_page"),
    "XML spreadsheet 2003": (
        XML + b'<?mso-application progid="Excel.Sheet"?>\n'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "excel_xml",
    ),
    "Word 2003 XML": (XML + b'<?mso-application progid="Word.Document"?>', "word"),
    "other XML": (XML + b"<list/>", "other_xml"),
    "mail": (MAIL, "mail"),
    "cut workbook": (saved(book(["a"])[0])[:1500], "damaged"),
    "no archive at all": (b"PK\x03\x04 no archive", "damaged"),
    "empty parts": (archive({"xl/workbook.xml": b""}), "damaged"),
    "broken XML": (archive({"xl/workbook.xml": b"<workbook"}), "damaged"),
    "no content in the ods": (archive({"mimetype": SPREADSHEET}), "damaged"),
    "no sheet": (archive({"xl/workbook.xml": b"<workbook/>"}), "no_sheet"),
    "no sheet in the ods": (
        archive({"mimetype": SPREADSHEET, "content.xml": b"<x/>"}),
        "no_sheet",
    ),
    "empty sheet": (saved(book()[0]), "empty_sheet"),
    "empty sheet in the ods": (ods(row("<table:table-cell/>")), "empty_sheet"),
    "binary": (b"\x01\x02\0\x03\xff\xfe\0" * 50, "unknown"),
    "text with a zero": (b"a\0b\xff\xff\n", "unknown"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_roster_is_named(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(content, "名簿.xlsx")
    assert (caught.value.code, caught.value.message) == (code, MESSAGES[code])


NAMED = {
    "xlsx called csv": (saved(book(["甲"])[0]), "名簿.csv", "xlsx"),
    "csv called xlsx": ("会社名,メール\n甲,a@x.example\n".encode(), "名簿.xlsx", "csv"),
    "ods called xls": (ods(row("甲")), "名簿.xls", "ods"),
    "tsv called csv": ("会社名\tメール\n甲\ta@x.example\n".encode(), "名簿.csv", "tsv"),
}


@pytest.mark.parametrize(("content", "name", "kind"), NAMED.values(), ids=NAMED)
def test_the_name_does_not_matter(content: bytes, name: str, kind: str) -> None:
    assert read_workbook(content, name).format == kind


TABLES = {
    "a smaller-than sign": "<新>株式会社,a@x.example\n",
    "an address first": "To: 営業部,a@x.example\nb,c\n",
    "BM and a zero further on": "BM商会,a@x.example\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_table_that_looks_like_something_else_at_first(text: str) -> None:
    assert "a@x.example" in [c.text for c in read_workbook(text.encode()).sheets[0].rows[0].cells]


@pytest.mark.parametrize("message", MESSAGES.values())
def test_every_refusal_is_a_polite_sentence(message: str) -> None:
    assert message.endswith("。")
    assert "してください" in message or "選んでください" in message


def test_every_sentence_is_used() -> None:
    folder = Path(eventmail.spreadsheet.__file__).parent
    code = "".join(
        each.read_text("utf-8") for each in folder.glob("*.py") if each.name != "refusal.py"
    )
    unused = [each for each in MESSAGES if not re.search(f'"{each}"', code)]
    assert unused == []
