"""Finds the header in a sheet: below titles and dates, in one row, two or three, merged or not."""

from __future__ import annotations

import re

from eventmail.spreadsheet.cells import Sheet, SheetRow
from eventmail.spreadsheet.contents import has_address, looks_like_data
from eventmail.spreadsheet.headers import COMPOUND, hint_of, is_header_word

SEARCHED = 40  # rows from the top in which a header may stand
TALLEST = 3  # rows of one header
_VALUE = re.compile(r"[0-9０-９\s./:：年月日-]+|[○◯〇×✕✖]")


def find_header(sheet: Sheet, rows: list[SheetRow]) -> tuple[int, int] | None:
    """Where, among the rows that say something, the header starts and ends (exclusive)."""
    at = _index(rows)
    if at is None:
        return None
    start, end = at, at + 1
    while end < len(rows) and end - start < TALLEST and _goes_on(sheet, rows[start:end], rows[end]):
        end += 1
    while start > 0 and end - start < TALLEST and _goes_up(sheet, rows[start - 1], rows[start]):
        start -= 1
    return start, end


def headers_of(sheet: Sheet, header_rows: list[SheetRow], width: int) -> tuple[str, ...]:
    """Each column's header: what stands or is merged above it, from top to bottom."""
    found = []
    for column in range(width):
        texts = [_merged_text(sheet, row, column, header_rows) for row in header_rows]
        named = [t for i, t in enumerate(texts) if t and t not in texts[:i]]
        found.append(_joined(named))
    return tuple(found)


def is_header_row(row: SheetRow) -> bool:
    """Whether a row below the header reads like a header again."""
    texts = texts_of(row)
    words = sum(map(is_header_word, texts))
    return words >= 2 and words * 4 >= len(texts) * 3 and not any(map(looks_like_data, texts))


def texts_of(row: SheetRow) -> list[str]:
    """What a row's cells say, without the empty ones."""
    return [text for cell in row.cells if (text := cell.text.strip())]


def _joined(texts: list[str]) -> str:
    """「担当者」 over 「氏名」, or one word in pieces; some need nothing above them."""
    if len(texts) > 1 and _is_exact("".join(texts)):
        return "".join(texts)
    if len(texts) > 1 and not is_header_word(" ".join(texts)) and is_header_word(texts[-1]):
        return texts[-1]
    return " ".join(texts)


def _index(rows: list[SheetRow]) -> int | None:
    """The first row that has nearly as many header words as the best one."""
    scores = [_score(row) for row in rows[:SEARCHED]]
    best = max(scores, default=0.0)
    if best < 2:
        return _above_addresses(rows)
    return next(i for i, score in enumerate(scores) if score >= max(2.0, best * 0.6))


def _score(row: SheetRow) -> float:
    texts = texts_of(row)
    if any(map(has_address, texts)):
        return 0.0
    words = {text for text in texts if is_header_word(text)}
    sure = sum(1.0 if _is_exact(text) else 0.9 for text in words)
    return sure - sum(map(looks_like_data, texts))


def _is_exact(text: str) -> bool:
    hint = hint_of(text)
    return hint is not None and hint.score > COMPOUND


def _above_addresses(rows: list[SheetRow]) -> int | None:
    """With no header words that we know: the row of several texts just above the addresses."""
    marked = (i for i, row in enumerate(rows[:SEARCHED]) if any(map(has_address, texts_of(row))))
    at = next(marked, 0) - 1
    if at < 0:
        return None
    texts = texts_of(rows[at])
    is_data = any(looks_like_data(text) or _VALUE.fullmatch(text) for text in texts)
    return at if len(texts) >= 2 and not is_data else None


def _goes_on(sheet: Sheet, upper: list[SheetRow], lower: SheetRow) -> bool:
    """Whether the header goes on in the next row: below merged cells, or with the words' rest."""
    texts = texts_of(lower)
    if lower.number != upper[-1].number + 1 or any(map(looks_like_data, texts)):
        return False
    words = sum(map(is_header_word, texts))
    if _spans(sheet, upper[-1].number) and words * 2 >= len(texts):
        return words >= 1
    fitting = sum(_belongs(upper[-1], lower, column) for column in range(len(lower.cells)))
    return fitting == len(texts) and fitting >= 1


def _belongs(upper: SheetRow, lower: SheetRow, column: int) -> bool:
    """Whether a lower cell names a column that has no name yet, or ends a word begun above."""
    above, own = upper.text(column).strip(), lower.text(column).strip()
    if not own:
        return False
    if not above:
        return is_header_word(own)
    if _is_exact(above + own):
        return True
    # 「担当者」 over 「氏名」 and 「メール」, and nothing merged: the cell beside it is empty.
    beside = lower.text(column + 1).strip() and not upper.text(column + 1).strip()
    return bool(beside) and is_header_word(above) and is_header_word(own)


def _goes_up(sheet: Sheet, upper: SheetRow, lower: SheetRow) -> bool:
    """Whether the row above belongs to the header: its cells are merged, or header words."""
    texts = texts_of(upper)
    if upper.number != lower.number - 1 or any(map(looks_like_data, texts)):
        return False
    if len(texts) < 2:
        return False
    words = sum(map(is_header_word, texts))
    return words * 2 >= len(texts) or _spans(sheet, upper.number)


def _spans(sheet: Sheet, number: int) -> bool:
    """Whether a cell of this row is merged with the row below."""
    return any(top <= number < bottom for top, _, bottom, _ in sheet.merged)


def _merged_text(sheet: Sheet, row: SheetRow, column: int, header_rows: list[SheetRow]) -> str:
    own = " ".join(row.text(column).split())
    if own:
        return own
    for top, left, bottom, right in sheet.merged:
        if top <= row.number <= bottom and left <= column <= right:
            above = [each for each in header_rows if each.number == top]
            return " ".join(above[0].text(left).split()) if above else ""
    return ""
