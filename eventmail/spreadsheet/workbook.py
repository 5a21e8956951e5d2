"""Reads a file of any kind into sheets of cells. Runs in the confined child only."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from eventmail.spreadsheet import delimited, excel, old_excel, open_document
from eventmail.spreadsheet.cells import Workbook
from eventmail.spreadsheet.kinds import kind_of
from eventmail.spreadsheet.refusal import UnreadableFile, unreadable

_READERS = {"xlsx": excel.read, "xls": old_excel.read, "ods": open_document.read}


def read_workbook(content: bytes, filename: str = "") -> Workbook:
    """Read a file, told by its content; ``filename`` only names the one sheet of a text file.

    Raises :class:`UnreadableFile` and nothing else, whatever a hostile file provokes.
    """
    kind = kind_of(content)
    try:
        reader = _READERS.get(kind)
        if reader is None:
            found = delimited.read(content, PurePath(filename).stem or "CSV")
        else:
            found = reader(content)
    except UnreadableFile:
        raise
    except MemoryError as error:
        raise unreadable("bomb") from error
    except Exception as error:
        raise unreadable("damaged") from error
    if all(row.is_blank for sheet in found.sheets for row in sheet.rows):
        raise unreadable(_why_empty(content, kind))
    return found


def _why_empty(content: bytes, kind: str) -> str:
    if kind not in ("xlsx", "ods"):
        return "empty" if kind == "text" else "empty_sheet"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pictures = ("xl/media/", "xl/drawings/", "pictures/", "media/", "object ")
        return (
            "image_only"
            if any(name.casefold().startswith(pictures) for name in archive.namelist())
            else "empty_sheet"
        )
