"""An uploaded file with a verdict and the reasons beside each row, made in the confined child.

A workbook of Excel's own kind stays as it is, but for two more columns and coloured cells. Other
files become a new workbook with the same cells.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter

from eventmail import confined
from eventmail.spreadsheet.reading import Reading
from eventmail.spreadsheet.refusal import UnreadableFile, unreadable
from eventmail.spreadsheet.safe_text import keep_as_text, put_text
from eventmail.spreadsheet.workbook import read_workbook

SECONDS = 180.0
MEGABYTES_OF_CHILD = 3072
KEPT = ("xlsx", "xlsm")
VERDICTS = {"ok": "問題なし", "question": "要確認", "error": "誤り"}
LEFT = "取り込まない"
COLOURS = {"question": "FFFFEB9C", "error": "FFFFC7CE"}
LAST_COLUMN = 16_384
WIDTHS = (12, 80)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be written beside one row; ``columns`` are the letters of the cells meant."""

    row: int
    verdict: str
    left: bool
    messages: tuple[str, ...]
    columns: tuple[str, ...]


def annotate(
    content: bytes, filename: str, reading: Reading, remarks: Iterable[Remark]
) -> tuple[str, bytes]:
    """The annotated file's suffix and bytes; raises :class:`UnreadableFile`."""
    head = {
        "filename": PurePath(filename).name,
        "format": reading.format,
        "sheet": reading.sheet,
        "header_rows": list(reading.header_rows),
        "remarks": [asdict(each) for each in remarks],
    }
    try:
        said = confined.call(
            "eventmail.spreadsheet.annotated:answer",
            json.dumps(head).encode() + b"\n" + content,
            seconds=SECONDS,
            megabytes=MEGABYTES_OF_CHILD,
        )
    except confined.TooSlow as error:
        raise unreadable("too_slow") from error
    except confined.ConfinedError as error:
        raise unreadable("damaged") from error
    if "refused" in said:
        raise unreadable(said["refused"])
    return said["suffix"], base64.b64decode(said["content"])


def answer(payload: bytes) -> dict[str, str]:
    """What the child says."""
    head, _, content = payload.partition(b"\n")
    told = json.loads(head)
    macros = told["format"] == "xlsm"
    try:
        if told["format"] in KEPT:
            book = load_workbook(io.BytesIO(content), keep_vba=macros, rich_text=True)
            sheet = book[told["sheet"]]
        else:
            book, sheet = _copied(content, told["filename"], told["sheet"])
    except UnreadableFile as error:
        return {"refused": error.code}
    _write(sheet, told)
    for each in book.worksheets:
        _keep_texts(each)
    book.active = book.index(sheet)
    saved = io.BytesIO()
    book.save(saved)
    encoded = base64.b64encode(saved.getvalue()).decode("ascii")
    return {"suffix": ".xlsm" if macros else ".xlsx", "content": encoded}


def _copied(content: bytes, filename: str, name: str) -> tuple[Workbook, Any]:
    """A new workbook with the texts of the sheet that was read."""
    found = next(each for each in read_workbook(content, filename).sheets if each.name == name)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _title(name)
    for row in found.rows:
        for index, cell in enumerate(row.cells, start=1):
            if cell.text:
                put_text(sheet.cell(row.number, index), cell.text)
    return book, sheet


def _title(name: str) -> str:
    return "".join(c for c in name if c not in "[]:*?/\\'")[:31] or "名簿"


def _write(sheet: Any, told: dict[str, Any]) -> None:
    column = _free_column(sheet)
    if told["header_rows"]:
        for offset, name in enumerate(("判定", "理由")):
            cell = sheet.cell(told["header_rows"][-1], column + offset)
            put_text(cell, name)
            cell.font = Font(bold=True)
    for offset, width in enumerate(WIDTHS):
        sheet.column_dimensions[get_column_letter(column + offset)].width = width
    for number, remarks in _by_row(told["remarks"]).items():
        _write_row(sheet, number, column, remarks)


def _by_row(remarks: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for each in remarks:  # a row that was split has several
        found.setdefault(each["row"], []).append(each)
    return found


def _write_row(sheet: Any, number: int, column: int, remarks: list[dict[str, Any]]) -> None:
    worst = max((each["verdict"] for each in remarks), key=list(VERDICTS).index)
    left = all(each["left"] for each in remarks)
    verdict = sheet.cell(number, column)
    put_text(verdict, LEFT if left else VERDICTS[worst])
    messages = dict.fromkeys(m for each in remarks for m in each["messages"])
    reasons = sheet.cell(number, column + 1)
    put_text(reasons, "\n".join(messages))
    reasons.alignment = Alignment(wrap_text=True, vertical="top")
    if worst in COLOURS:
        meant = {letters for each in remarks for letters in each["columns"]}
        cells = [sheet.cell(number, column_index_from_string(each)) for each in meant]
        for cell in (verdict, *cells):
            cell.fill = PatternFill("solid", start_color=COLOURS[worst])


def _free_column(sheet: Any) -> int:
    """The first column to the right of everything that says something, or is merged."""
    used = max((cell.column for row in sheet.iter_rows() for cell in row if cell.value), default=0)
    merged = max((each.max_col for each in sheet.merged_cells.ranges), default=0)
    return min(max(used, merged) + 1, LAST_COLUMN - 1)


def _keep_texts(sheet: Any) -> None:
    """Texts that look like a formula stay texts; a formula of the office's own stays one."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "s" and isinstance(cell.value, str):
                keep_as_text(cell)
