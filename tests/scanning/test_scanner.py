"""Kinds of files, files inside files, and what cannot be scanned."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from PIL import Image

from eventmail.scanning import inventory
from eventmail.scanning.report import Hidden, Passage, Scan, Trace
from eventmail.scanning.scanner import look, scan
from eventmail.scanning.words import NAMES, UNSCANNABLE
from tests.scanning import office
from tests.scanning.pdfs import drawn, says
from tests.wire.files import damaged_zip, locked_workbook, locked_zip, pdf, zipped


def picture(kind: str = "PNG", **more: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (20, 10), "white").save(target, kind, **more)
    return target.getvalue()


def taken_at(place: bool = False, artist: str = "") -> bytes:
    exif = Image.Exif()
    if place:
        exif.get_ifd(0x8825)[2] = (35.0, 30.0, 0.0)
        exif.get_ifd(0x8825)[4] = (139.0, 45.0, 0.0)
    if artist:
        exif[0x013B] = artist
    return picture("JPEG", exif=exif)


def nested(depth: int) -> bytes:
    content = b"x"
    for _ in range(depth):
        content = zipped(("a.zip" if content != b"x" else "a.txt", content))
    return content


def compound_file(stream: str) -> bytes:
    """The directory of a compound file with one stream, and nothing in it."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<I", header, 68, 0xFFFFFFFE)
    struct.pack_into("<109I", header, 76, 0, *([0xFFFFFFFF] * 108))
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *([0xFFFFFFFF] * 126))
    names = ("Root Entry", stream, "", "")
    entries = b"".join(_entry(name, 1 if at == 0 else 0xFFFFFFFF) for at, name in enumerate(names))
    return bytes(header) + table + entries


def _entry(name: str, child: int) -> bytes:
    raw = name.encode("utf-16-le")
    none = 0xFFFFFFFF
    head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, 1, 0, none, none, child)
    return head.ljust(128, b"\0")


KINDS: dict[str, tuple[bytes, str, str, int | None]] = {
    "workbook": (office.workbook(), "a.xlsx", "xlsx", 1),
    "workbook under another name": (office.workbook(), "a.pdf", "xlsx", 1),
    "document": (office.word(), "a.docx", "docx", None),
    "slides": (office.slides(office.slide()), "a.pptx", "pptx", 1),
    "pdf": (drawn(says("a")), "a.pdf", "pdf", 1),
    "text": ("会場は2階です。".encode("cp932"), "a.txt", "txt", None),
    "table": ("会社,住所\r\n".encode(), "a.csv", "csv", None),
    "archive": (zipped(("a.txt", b"x")), "a.zip", "zip", None),
    "png": (picture(), "a.png", "png", 1),
    "jpeg": (picture("JPEG"), "a.jpg", "jpeg", 1),
}
CANNOT: dict[str, tuple[bytes, str]] = {
    "a workbook with a password": (locked_workbook(), "encrypted"),
    "an archive with a password": (locked_zip(), "encrypted"),
    "a PDF with a password": (pdf("a", locked=True), "encrypted"),
    "a password inside an archive": (zipped(("a.xlsx", locked_workbook())), "encrypted"),
    "an archive of another kind": (b"Rar!\x1a\x07\x00", "archive"),
    "a damaged archive": (damaged_zip(8), "damaged"),
    "a damaged PDF": (b"%PDF-1.7\nabc", "damaged"),
    "half a workbook": (office.workbook()[:900], "damaged"),
    "archives in archives in archives": (nested(7), "too_deep"),
    "a workbook of old": (compound_file("Workbook"), "old_office"),
    "a document of old": (compound_file("WordDocument"), "old_office"),
    "a binary workbook": (
        zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.bin", b"\0")),
        "other_office",
    ),
    "a document of another office": (
        zipped(
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("META-INF/manifest.xml", b"<a/>"),
        ),
        "other_office",
    ),
    "an unknown kind": (b"\x00\x01\x02\x03" * 100, "unknown"),
    "a program inside an archive": (zipped(("a.exe", b"MZ\x00\x90\x00")), "unknown"),
    "a document with an entity": (
        office.word(parts={"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "damaged",
    ),
}


@pytest.mark.parametrize(("content", "name", "kind", "pages"), KINDS.values(), ids=KINDS)
def test_a_kind_is_told_by_its_content(
    content: bytes, name: str, kind: str, pages: int | None
) -> None:
    found = look(content, name)
    assert (found.kind, found.pages, found.unscannable) == (kind, pages, "")
    assert found.hidden == ()


@pytest.mark.parametrize(("content", "reason"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_be_scanned_says_why(content: bytes, reason: str) -> None:
    assert look(content, "a.bin").unscannable == reason
    assert UNSCANNABLE[reason].endswith("。")


def test_the_child_answers_the_same() -> None:
    content = office.workbook(office.hidden_sheet())
    assert scan(content, "案内.xlsx") == look(content, "案内.xlsx")


def test_a_scan_comes_back_from_its_json() -> None:
    whole = Scan(
        "xlsx",
        2,
        (Hidden(Trace.SHEET, "シート「内部」", "あ", True),),
        (Passage("シート「案内」の1行目", "あ", "シート「案内」"),),
        ("a@minato.example",),
        "damaged",
    )
    assert Scan.from_json(whole.to_json()) == whole


def test_files_in_an_archive_are_named() -> None:
    inner = office.workbook(office.hidden_sheet())
    found = look(zipped(("資料/案内.xlsx", inner), ("読む.txt", "よろしく".encode())), "資料.zip")
    assert (Trace.SHEET, "「資料/案内.xlsx」のシート「内部」") in {
        (each.what, each.where) for each in found.hidden
    }
    assert found.passages[-1].where == "「読む.txt」の1行目"
    assert found.addresses == ("saiyo@minato-denki.example",)


def test_the_file_in_an_archive_that_cannot_be_scanned_is_named() -> None:
    found = look(zipped(("a.exe", b"MZ\0\x90")), "資料.zip")
    assert found.hidden == (Hidden(Trace.EMBEDDED, "「a.exe」（中を調べられません）"),)


def test_what_the_system_puts_into_an_archive_is_no_obstacle() -> None:
    content = zipped(("__MACOSX/._a.txt", b"\x00\x05\x16\x07"), ("a.txt", b"x"))
    assert look(content, "a.zip").unscannable == ""


def test_where_a_picture_was_taken() -> None:
    found = look(taken_at(place=True), "会場.jpg")
    assert found.hidden == (Hidden(Trace.PROPERTY, "画像の撮影場所（GPS）", "35.5000、139.7500"),)


def test_who_took_a_picture_is_usual() -> None:
    found = look(taken_at(artist="Morishita"), "会場.jpg")
    assert [(each.where, each.usual) for each in found.hidden] == [("画像の「撮影者」", True)]


def test_a_picture_in_a_document_keeps_its_place() -> None:
    content = office.word(parts={"word/media/image1.jpeg": taken_at(place=True)})
    assert [each.where for each in look(content, "a.docx").hidden] == [
        "画像「image1.jpeg」の撮影場所（GPS）"
    ]


def test_more_text_than_is_kept_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "MOST_CHARACTERS", 5)
    assert look("会場は2階です。".encode(), "a.txt").unscannable == "too_much_text"


@pytest.mark.parametrize(
    "text",
    [
        "saiyo@minato-denki.jp",
        "SAIYO@MINATO-DENKI.JP",
        "ｓａｉｙｏ＠ｍｉｎａｔｏ－ｄｅｎｋｉ．ｊｐ",
        "saiyo [at] minato-denki.jp",
        "連絡先はsaiyo@minato-denki.jpまで",
        "mailto:saiyo%40minato-denki.jp",
        "<saiyo@minato-denki.jp>, ",
    ],
)
def test_an_address_in_any_dress(text: str) -> None:
    assert look(text.encode(), "a.txt").addresses == ("saiyo@minato-denki.jp",)


@pytest.mark.parametrize(
    "text",
    ["icon@2x.png", "meet at minato.jp", "1個@100円", "@minato", "import@media.screen"],
)
def test_no_address(text: str) -> None:
    assert look(text.encode(), "a.txt").addresses == ()


def test_every_trace_has_a_name() -> None:
    assert set(NAMES) == set(Trace)
