"""Reads a file of any kind into sheets of cells. Runs in the confined child only."""

from __future__ import annotations

from pathlib import PurePath

from eventmail.spreadsheet import delimited, excel
from eventmail.spreadsheet.cells import Workbook
from eventmail.spreadsheet.kinds import TEXT, kind_of
from eventmail.spreadsheet.refusal import UnreadableFile, unreadable


def read_workbook(content: bytes, filename: str = "") -> Workbook:
    """Read a file, told by its content; ``filename`` only names the one sheet of a text file.

    Raises :class:`UnreadableFile` and nothing else, whatever a hostile file provokes.
    """
    kind = kind_of(content)
    try:
        if kind == TEXT:
            return delimited.read(content, PurePath(filename).stem or "CSV")
        return excel.read(content)
    except UnreadableFile:
        raise
    except MemoryError as error:
        raise unreadable("bomb") from error
    except Exception as error:
        raise unreadable("damaged") from error
