"""CSV and TSV: which encoding, which delimiter, which records.

The encoding is a rule and no guess, because statistical guessers fail on ordinary CP932: byte
order mark, ISO-2022-JP's escape, strict UTF-8, strict CP932, EUC-JP.
"""

from __future__ import annotations

import csv
import io

from eventmail.spreadsheet.cells import Cell, Sheet, SheetRow, Workbook
from eventmail.spreadsheet.refusal import unreadable

MOST_ROWS = 100_000
MOST_COLUMNS = 200
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
NAMES = {
    "utf-8-sig": "UTF-8（BOM付き）",
    "utf-16": "UTF-16",
    "iso2022_jp": "JIS",
    "utf-8": "UTF-8",
    "cp932": "シフトJIS（CP932）",
    "euc_jp": "EUC-JP",
}
LONGEST_FIELD = 32_767  # what an Excel cell can hold


def read(content: bytes, name: str) -> Workbook:
    """The one sheet of a text file."""
    decoded = decode(content)
    if decoded is None:
        raise unreadable("encoding" if b"\0" not in content else "unknown")
    text, encoding = decoded
    lines, delimiter = records(text)
    if len(lines) > MOST_ROWS:
        raise unreadable("too_many_rows")
    rows = tuple(
        SheetRow(number, tuple(Cell(value) for value in values[:MOST_COLUMNS]))
        for number, values in enumerate(lines, start=1)
    )
    return Workbook((Sheet(name, rows),), "tsv" if delimiter == "\t" else "csv", encoding)


def decode(content: bytes) -> tuple[str, str] | None:
    """The text and Python's name of its encoding, or None if no encoding reads it whole."""
    for encoding in _candidates(content):
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, UnicodeError):
            continue
        if "\0" not in text and not (encoding == "cp932" and _is_kana_soup(text)):
            return text, encoding
    return None


def _is_kana_soup(text: str) -> bool:
    """Whether most of it is half-width katakana: what EUC-JP looks like when read as CP932."""
    japanese = [c for c in text if c > "\x7f"]
    return sum("\uff61" <= c <= "\uff9f" for c in japanese) * 2 > len(japanese)


def records(text: str) -> tuple[list[list[str]], str]:
    """A CSV's or TSV's records, and the delimiter: what stands most often in its first lines."""
    csv.field_size_limit(max(LONGEST_FIELD, csv.field_size_limit()))
    head = text.splitlines()[:20]
    delimiter = max(",\t;", key=lambda each: sum(line.count(each) for line in head))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), delimiter
    except csv.Error:
        return [line.split(delimiter) for line in text.splitlines()], delimiter


def _candidates(content: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return (encoding,)
    if any(escape in content for escape in ESCAPES):
        return ("iso2022_jp",)
    return ("utf-8", "cp932", "euc_jp")
