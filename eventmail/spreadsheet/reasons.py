"""The codes of reasons, how much each weighs, and the sentences that are the same for all cells."""

from __future__ import annotations

from collections.abc import Iterable

from eventmail.language import said
from eventmail.spreadsheet.columns import Field, letter
from eventmail.spreadsheet.rows import Reason, Verdict

# Reasons that are told and need no answer.
NOTES = frozenset(("corrected", "lost_zero"))
# Reasons for which a row cannot be taken before it is corrected.
ERRORS = frozenset(("no_company", "no_address", "formula", "error_value", "too_long"))
WEIGHT = {Verdict.OK: 0, Verdict.QUESTION: 1, Verdict.ERROR: 2}
NEVER_CALCULATED = said(
    "{field_said}は数式ですが、結果が保存されていません。Excelで開いて保存し直してください。"
)
EXCEL_ERROR = said("{field_said}がExcelのエラー値です。正しい値に直してください。")
# Where a reason stands, by whether a column and what stands there are told.
_PLACES = {
    (False, False): said("シート「{sheet}」{number}行目"),
    (True, False): said("シート「{sheet}」{number}行目{column}列"),
    (False, True): said("シート「{sheet}」{number}行目「{value}」"),
    (True, True): said("シート「{sheet}」{number}行目{column}列「{value}」"),
}
MOST_NAMED = 10  # other rows that a sentence lists


def level_of(code: str) -> Verdict:
    """What a reason of this code makes of its row."""
    if code in ERRORS:
        return Verdict.ERROR
    return Verdict.OK if code in NOTES else Verdict.QUESTION


def worse(first: Verdict, second: Verdict) -> Verdict:
    """The worse of two verdicts."""
    return first if WEIGHT[first] >= WEIGHT[second] else second


def place(sheet: str, number: int, column: str = "", value: str = "") -> str:
    """Where: sheet, Excel's own row number and column, and what stands there."""
    told = {"sheet": sheet, "number": number, "column": column, "value": short(value)}
    return _PLACES[bool(column), bool(value)].format(**told)


def placed(where: str, sentence: str) -> str:
    """A sentence with the place that it is about."""
    return said("{place_said}：{sentence_said}", place_said=where, sentence_said=sentence)


def short(text: str) -> str:
    """A value as a sentence can quote it."""
    return text if len(text) <= 60 else text[:59] + "…"


def row_name(number: int, part: int) -> str:
    """「7行目」, or 「7行目の2人目」 of a row that was split."""
    return (
        said("{number}行目", number=number)
        if part == 1
        else said("{number}行目の{part}人目", number=number, part=part)
    )


def listed(names: Iterable[str], count: int) -> str:
    """The other rows: all of them, or the first and how many more."""
    shown = said("・").join(names)
    return (
        shown
        if count <= MOST_NAMED
        else said("{rows_said}ほか{rest}行", rows_said=shown, rest=count - MOST_NAMED)
    )


class Finder:
    """Collects the reasons of one row and the worst verdict among them."""

    __slots__ = ("_number", "_sheet", "reasons", "verdict")

    def __init__(self, sheet: str, number: int) -> None:
        self._sheet = sheet
        self._number = number
        self.reasons: list[Reason] = []
        self.verdict = Verdict.OK

    def add(
        self,
        code: str,
        sentence: str,
        *,
        column: int = -1,
        value: str = "",
        field: Field | None = None,
        suggestion: str = "",
        level: Verdict | None = None,
    ) -> None:
        """Add a reason for a cell, or for the whole row where no column is given."""
        letters = letter(column) if column >= 0 else ""
        message = placed(place(self._sheet, self._number, letters, value), sentence)
        of_field = field.value if field else ""
        self.reasons.append(Reason(code, letters, message, of_field, suggestion))
        self.verdict = worse(self.verdict, level or level_of(code))
