"""One workbook as an office has it, written by openpyxl and by LibreOffice in every format.

The code under test writes none of them, so that a mistake of ours cannot cancel itself out.
"""

from __future__ import annotations

import datetime
import fcntl
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

# What LibreOffice calls its filters; CSV's options are comma, quote, encoding, first line.
FILTERS = {
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "xls": "xls:MS Excel 97",
    "ods": "ods:calc8",
    "cp932.csv": "csv:Text - txt - csv (StarCalc):44,34,64,1",
    "utf8.csv": "csv:Text - txt - csv (StarCalc):44,34,76,1",
}
HEADER = ("会社名", "担当者", "メール", "電話", "法人番号", "登録日", "人数", "備考")
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CORPORATE = 7000012050002
DAY = datetime.date(2026, 12, 9)


def roster() -> bytes:
    """The workbook: every trap that a roster has, each in a row of its own."""
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "名簿"
    _header(sheet)
    _rows(sheet)
    _filter(made)
    hidden = made.create_sheet("控え")
    hidden["A1"] = "昔の名簿"
    hidden.sheet_state = "hidden"
    return as_excel_writes(_saved(made), {"髙﨑 一郎": "タカサキ", "株式会社大空": "オオゾラ"})


def _header(sheet: Worksheet) -> None:
    sheet.append(["参加企業一覧"])
    sheet.append(["会社名", "連絡先", "", "", *HEADER[4:]])
    sheet.append(["", *HEADER[1:4]])
    sheet.merge_cells("B2:D2")
    for column in "AEFGH":
        sheet.merge_cells(f"{column}2:{column}3")


def _rows(sheet: Worksheet) -> None:
    sheet.append(["株式会社大空", "髙﨑 一郎", "a@oozora.example", 312345678, CORPORATE, DAY, 5])
    sheet.append(["", "鈴木 ①子", "b@oozora.example", 9012345678, CORPORATE, DAY, 1234])
    sheet.append(["隠れ㈱", "佐藤", "c@kakure.example", "03-1111-2222", "7000012050002", DAY, 0.5])
    sheet.append(["消し㈱", "田中", "d@keshi.example", 398765432, None, DAY, "=G4+1"])
    sheet.append([_partly_struck(), "高橋", "e@ichibu.example", "ｶﾅ", None, DAY, "=NA()"])
    sheet.append(["改行㈱", "渡辺\n伊藤", "f@kaigyo.example", True, None, None, '=IF(A1="x",1,"")'])
    sheet.merge_cells("A4:A5")
    sheet["D4"].number_format, sheet["D5"].number_format = "0000000000", "000-0000-0000"
    sheet["D7"].number_format = "0##-####-####"
    sheet["E4"].number_format, sheet["E5"].number_format = "General", "0"
    formats = (
        "[$-411]ge.m.d",
        '[$-411]ggge"年"m"月"d"日"',
        'yyyy"年"m"月"d"日"',
        "yyyy/m/d",
        "d-mmm",
    )
    for row, code in enumerate(formats, start=4):
        sheet.cell(row, 6).number_format = code
    sheet["G5"].number_format = "#,##0"
    sheet["G6"].number_format = "0%"
    for column in range(1, 9):
        sheet.cell(7, column).font = Font(strike=True)
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["H"].hidden = True


def _partly_struck() -> CellRichText:
    return CellRichText(
        TextBlock(InlineFont(strike=True), "旧社名"), TextBlock(InlineFont(), "一部㈱")
    )


def _filter(made: Workbook) -> None:
    sheet = made.create_sheet("絞り込み")
    for values in (
        ("題", ""),
        HEADER[:3],
        ("甲", "a", "参加"),
        ("乙", "b", "辞退"),
        ("丙", "c", "参加"),
    ):
        sheet.append(list(values))
    sheet.append(["手で隠した行"])
    sheet.auto_filter.ref = "A2:C5"
    sheet.auto_filter.add_filter_column(2, ["参加"])
    sheet.row_dimensions[4].hidden = True
    sheet.row_dimensions[6].hidden = True


def _saved(made: Workbook) -> bytes:
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def rewritten(
    content: bytes, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None
) -> bytes:
    """An archive with each part changed, and more parts; an emptied part is left out."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        parts = {name: change(name, old.read(name)) for name in old.namelist()}
        for name, part in (parts | (more or {})).items():
            if part:
                new.writestr(name, part)
    return target.getvalue()


def as_excel_writes(content: bytes, guides: dict[str, str] | None = None) -> bytes:
    """Texts in the part of shared strings, with phonetic guides: openpyxl writes neither."""
    texts: list[bytes] = []

    def shared(match: re.Match[bytes]) -> bytes:
        if match[3] not in texts:
            texts.append(match[3])
        return b'<c%s t="s"%s><v>%d</v></c>' % (match[1], match[2], texts.index(match[3]))

    def change(name: str, part: bytes) -> bytes:
        if name.startswith("xl/worksheets/sheet"):
            return _INLINE.sub(shared, part)
        if name == "xl/_rels/workbook.xml.rels":
            return part.replace(b"</Relationships>", _RELATION + b"</Relationships>")
        return part.replace(b"</Types>", _TYPE + b"</Types>") if "Content_Types" in name else part

    changed = rewritten(content, change)
    table = b"".join(_guided(text, guides or {}) for text in texts)
    target = io.BytesIO(changed)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (MAIN, table))
    return target.getvalue()


_INLINE = re.compile(rb'<c([^>]*) t="inlineStr"([^>]*)><is>(.*?)</is></c>', re.DOTALL)
_PART = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_TYPE = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/>' % _PART
_KIND = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_RELATION = b'<Relationship Id="s" Target="sharedStrings.xml" Type="%s"/>' % _KIND


def _guided(markup: bytes, guides: dict[str, str]) -> bytes:
    for text, guide in guides.items():
        if f"<t>{text}</t>".encode() == markup:
            markup += f'<rPh sb="0" eb="2"><t>{guide}</t></rPh><phoneticPr fontId="1"/>'.encode()
    return b"<si>%s</si>" % markup


def converted(folder: Path, sources: list[Path], extension: str) -> None:
    """Let LibreOffice write all sources in one format, in one call."""
    target = folder / extension
    target.mkdir()
    profile = folder / f"profile-{extension}"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            FILTERS[extension],
            "--outdir",
            str(target),
            *map(str, sources),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    shutil.rmtree(profile, ignore_errors=True)


def made_once(base: Path) -> Path:
    """The folder of all formats, made by the first process that comes."""
    folder = base / "workbooks"
    with open(base / "workbooks.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            folder.mkdir(exist_ok=True)
            source = folder / "roster.xlsx"
            source.write_bytes(roster())
            for extension in FILTERS:
                converted(folder, [source], extension)
            (folder / "done").touch()
    return folder
