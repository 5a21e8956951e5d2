"""Reads an uploaded file into sheets of text cells, told by its content and not by its name.

Excel workbooks are parsed in a child process with limits (``eventmail.confined``), after a look
at the archive's own table of contents, because a file of a few kilobytes can unpack to gigabytes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from eventmail import confined
from eventmail.roster import delimited

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 300 * MEGABYTE
MOST_ENTRIES = 2000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_COMPRESSED = 1000  # times; real workbooks stay below 100
SECONDS = 60.0
MEGABYTES_OF_CHILD = 2048

MESSAGES = {
    "empty": "ファイルの中身が空です。名簿を保存し直してから選んでください。",
    "too_big": "10MBを超えています。名簿だけを新しいブックに保存して選んでください。",
    "encrypted": (
        "パスワードがかかっています。Excelで開き、「ファイル」→「情報」→「ブックの保護」→"
        "「パスワードを使用して暗号化」でパスワードを消して保存し、もう一度選んでください。"
    ),
    "old_excel": (
        "古い形式のExcelファイル（.xls）です。Excelで開き、「名前を付けて保存」で"
        "「Excelブック（.xlsx）」を選んで保存し、もう一度選んでください。"
    ),
    "web_page": (
        "Webページの形式のファイルです。Excelで開き、「Excelブック（.xlsx）」で保存し直して"
        "選んでください。"
    ),
    "open_document": (
        "OpenDocument形式（.ods）のファイルです。"
        "「Excelブック（.xlsx）」で保存し直して選んでください。"
    ),
    "pdf": "PDFのファイルです。もとのExcelの名簿を選んでください。",
    "image": "画像のファイルです。もとのExcelの名簿を選んでください。",
    "word": "Wordの文書です。名簿をExcelの表にして、Excelブック（.xlsx）で選んでください。",
    "powerpoint": "PowerPointの文書です。Excelの名簿を選んでください。",
    "other_zip": "Excelのブックではなく、圧縮ファイルです。中の名簿を取り出して選んでください。",
    "unknown": "名簿として読める種類ではありません。Excelブック（.xlsx）かCSVを選んでください。",
    "damaged": "ファイルが壊れています。Excelで開けるか確かめ、保存し直してから選んでください。",
    "bomb": "中身が大きすぎて安全に開けません。名簿だけを新しいブックに保存して選んでください。",
    "too_slow": "時間がかかりすぎました。名簿だけを新しいブックに保存して選んでください。",
    "too_many_rows": "10万行を超えています。名簿だけを新しいブックに保存して選んでください。",
    "encoding": "文字コードがわかりません。Excelで開き、「CSV UTF-8」で保存して選んでください。",
    "no_sheet": "シートがありません。名簿のあるブックを選んでください。",
}


class UnreadableFile(Exception):
    """A file that is no roster. ``message`` is one Japanese sentence with the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def unreadable(code: str) -> UnreadableFile:
    """The error of that code with its sentence."""
    return UnreadableFile(code, MESSAGES[code])


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text as Excel shows it. ``fault`` is ``formula`` (never calculated) or ``error``."""

    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row under Excel's own number, its cells from column A on."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False
    struck: bool = False

    def text(self, column: int) -> str:
        """The text in a column counted from 0; empty beyond the last cell."""
        return self.cells[column].text if column < len(self.cells) else ""

    def fault(self, column: int) -> str:
        """What is wrong with the cell in a column counted from 0; empty if nothing."""
        return self.cells[column].fault if column < len(self.cells) else ""

    def with_text(self, column: int, text: str) -> SheetRow:
        """The same row with a text in a column counted from 0."""
        cells = [*self.cells, *(Cell("") for _ in range(column + 1 - len(self.cells)))]
        cells[column] = Cell(text)
        return replace(self, cells=tuple(cells))

    @property
    def is_blank(self) -> bool:
        """Whether no cell says anything."""
        return not any(cell.text.strip() or cell.fault for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``merged`` are (top row, left column, bottom row, right column)."""

    name: str
    rows: tuple[SheetRow, ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets; ``encoding`` is that of a text file, empty for Excel."""

    sheets: tuple[Sheet, ...]
    encoding: str = ""


def read_workbook(content: bytes, filename: str = "") -> Workbook:
    """Read a file, told by its content; ``filename`` only names the one sheet of a text file.

    Raises :class:`UnreadableFile` and nothing else.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise unreadable("empty")
    if len(content) > LARGEST_FILE:
        raise unreadable("too_big")
    refusal = _kind_refused(content)
    if refusal:
        raise unreadable(refusal)
    if content.startswith(b"PK"):
        return _read_excel(content)
    return _read_text(content, PurePath(filename).stem or "CSV")


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


def _read_excel(content: bytes) -> Workbook:
    try:
        answer = confined.call(
            "eventmail.roster.excel:read",
            content,
            seconds=SECONDS,
            megabytes=MEGABYTES_OF_CHILD,
        )
    except confined.TooSlow as error:
        raise unreadable("too_slow") from error
    except confined.ConfinedError as error:
        raise unreadable("damaged") from error
    if "refused" in answer:
        raise unreadable(answer["refused"])
    return Workbook(tuple(_sheet(each) for each in answer["sheets"]))


def _sheet(told: dict[str, Any]) -> Sheet:
    rows = tuple(
        SheetRow(number, tuple(Cell(text, fault) for text, fault in cells), hidden, struck)
        for number, cells, hidden, struck in told["rows"]
    )
    return Sheet(
        name=told["name"],
        rows=rows,
        hidden=told["hidden"],
        hidden_columns=frozenset(told["hidden_columns"]),
        merged=tuple(tuple(each) for each in told["merged"]),
    )


def _read_text(content: bytes, name: str) -> Workbook:
    decoded = delimited.decode(content)
    if decoded is None:
        raise unreadable("encoding" if b"\0" not in content else "unknown")
    text, encoding = decoded
    records = delimited.records(text)
    if len(records) > MOST_ROWS:
        raise unreadable("too_many_rows")
    rows = tuple(
        SheetRow(number, tuple(Cell(value) for value in values[:MOST_COLUMNS]))
        for number, values in enumerate(records, start=1)
    )
    return Workbook((Sheet(name, rows),), encoding)
