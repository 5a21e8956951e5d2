"""CSV and TSV: which delimiter, which records."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator

from eventmail.spreadsheet import limits
from eventmail.spreadsheet.cells import Cell, Workbook
from eventmail.spreadsheet.encodings import decode
from eventmail.spreadsheet.gathering import Budget, Gathering
from eventmail.spreadsheet.refusal import unreadable

DELIMITERS = ",\t;"
NO_DELIMITER = "\x1f"  # a character that no list has: a file of one column
HEAD = 200  # records by which the delimiter is found
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def read(content: bytes, name: str) -> Workbook:
    """The one sheet of a text file."""
    text, encoding = decode(content)
    declared = _DECLARED.match(text)
    if declared:  # Excel's own line: it shows the file without it, and counts without it
        text = text[declared.end() :]
    delimiter = declared[1] if declared else delimiter_of(text)
    gathering = Gathering(Budget())
    for number, values in enumerate(records(text, delimiter), start=1):
        kept = values[: limits.MOST_COLUMNS]
        gathering.add(number, [Cell(value[: limits.LONGEST_CELL]) for value in kept])
    sheet = gathering.sheet(name)
    return Workbook((sheet,), "tsv" if delimiter == "\t" else "csv", encoding)


def delimiter_of(text: str) -> str:
    """What divides the first records into columns most evenly; commas in a name do not.

    First by those that agree with every quote: what stands in quotes divides nothing.
    """
    for strict in (True, False):
        evenness = {each: _evenness(text, each, strict=strict) for each in DELIMITERS}
        best = max(DELIMITERS, key=evenness.__getitem__)
        if evenness[best]:
            return best
    return NO_DELIMITER


def _evenness(text: str, delimiter: str, *, strict: bool) -> float:
    """The part of the records, from the first divided one on, that have the usual width.

    Titles above the table are not divided. 0 if dividing gives no table.
    """
    found = itertools.islice(csv.reader(_lines(text), delimiter=delimiter, strict=strict), HEAD)
    try:
        widths = [len(record) for record in found if any(record)]
    except csv.Error:
        return 0.0
    below = list(itertools.dropwhile(lambda width: width < 2, widths))
    divided = Counter(width for width in below if width > 1)
    if not divided:
        return 0.0
    (width, count), *_ = divided.most_common(1)
    enough = count > 1 or len(widths) == 1
    return count / len(below) + width / 10_000 if enough and count * 2 >= len(below) else 0.0


def records(text: str, delimiter: str) -> Iterator[list[str]]:
    """A text's records; a quote that is opened and never closed is a refusal.

    Left alone it would swallow the lines below into one cell. Quotes inside one line are taken as
    Excel takes them, however they stand.
    """
    csv.field_size_limit(limits.MOST_CHARACTERS)
    seen: list[str] = []

    def remembered() -> Iterator[str]:
        for line in _lines(text):
            seen.append(line)
            yield line

    for record in csv.reader(remembered(), delimiter=delimiter):
        if len(seen) > 1 or '"' in seen[0]:
            _check_quotes(seen, delimiter)
        seen.clear()
        yield record


def _check_quotes(lines: list[str], delimiter: str) -> None:
    closed = len(lines) == 1 and lines[0].endswith(("\n", "\r"))
    if closed:
        return
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise unreadable("broken_quotes") from error


def _lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")
