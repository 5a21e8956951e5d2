"""From a file's bytes to judged rows: one pure function of the file and a person's choices.

Runs in the confined child; :mod:`eventmail.spreadsheet.reader` is its other end.
"""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from eventmail.language import said
from eventmail.spreadsheet.cells import Workbook
from eventmail.spreadsheet.choosing import Candidate, best, candidate
from eventmail.spreadsheet.columns import FIELD_NAMES, Field, column_of, letter
from eventmail.spreadsheet.judging import judge
from eventmail.spreadsheet.layout import Skipped, Table
from eventmail.spreadsheet.mapping import guess
from eventmail.spreadsheet.questions import Question, of_sheets, of_table
from eventmail.spreadsheet.refusal import UnreadableFile, unreadable
from eventmail.spreadsheet.rows import Row, Verdict
from eventmail.spreadsheet.sifting import sift
from eventmail.spreadsheet.workbook import read_workbook

SAMPLES = 3
__all__ = ["Choices", "Column", "Question", "Reading", "Skipped", "answer", "read"]
NEEDED = (Field.COMPANY, Field.EMAIL)


@dataclass(frozen=True, slots=True)
class Choices:
    """All that a reading depends on beside the file: what a person, or the office before, chose.

    ``mapping`` is field to Excel's column letter; None lets the reading find the columns.
    ``remembered`` is a header, folded, to the field that the office once chose for it, or to ""
    for "not used". ``corrections`` is a row's key to field to the right value; ``split`` holds the
    keys of rows whose two addresses are to become a row each.
    """

    sheet: str | None = None
    mapping: Mapping[Field, str] | None = None
    remembered: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[str, Mapping[Field, str]] = field(default_factory=dict)
    split: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column, or for the child."""
        return asdict(self) | {"split": sorted(self.split)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Choices:
        """What :meth:`to_json` wrote; what is missing is as at first."""
        mapping = told.get("mapping")
        return cls(
            sheet=told.get("sheet"),
            mapping=None if mapping is None else _fields(mapping),
            remembered=dict(told.get("remembered", {})),
            corrections={k: _fields(v) for k, v in told.get("corrections", {}).items()},
            split=frozenset(told.get("split", ())),
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: Excel's letter, its header, its first values."""

    letter: str
    header: str
    samples: tuple[str, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read. ``problem`` is why no row could be judged; empty if they could.

    ``counts`` is verdict to number of rows. ``rows`` is empty where the rows travel beside it.
    """

    format: str
    encoding: str
    sheet: str
    sheets: tuple[str, ...]
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    mapping: dict[Field, str]
    skipped: tuple[Skipped, ...]
    questions: tuple[Question, ...] = ()
    problem: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column, without the rows."""
        return asdict(replace(self, rows=()))

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Reading:
        """What :meth:`to_json` wrote."""
        return cls(
            format=told["format"],
            encoding=told["encoding"],
            sheet=told["sheet"],
            sheets=tuple(told["sheets"]),
            header_rows=tuple(told["header_rows"]),
            columns=tuple(
                Column(**{**each, "samples": tuple(each["samples"])}) for each in told["columns"]
            ),
            mapping=_fields(told["mapping"]),
            skipped=tuple(Skipped(**each) for each in told["skipped"]),
            questions=tuple(Question(**each) for each in told["questions"]),
            problem=told["problem"],
            counts=dict(told["counts"]),
        )


def read(content: bytes, filename: str = "", choices: Choices | None = None) -> Reading:
    """Read a file, as chosen or in the likely sheet and columns.

    Raises :class:`~eventmail.spreadsheet.refusal.UnreadableFile`; a table without the needed
    columns is a ``problem`` instead, so that the person can choose them.
    """
    chosen = choices or Choices()
    workbook = read_workbook(content, filename)
    here, others = _chosen_sheet(workbook, chosen.sheet)
    found = _mapping(here.table, chosen)
    if not found and _is_prose(workbook, here.table):
        raise unreadable("no_table")
    problem = _unclear(here.table, found)
    table = here.table if problem else sift(here.table, found)
    problem = problem or _empty(table)
    rows = () if problem else tuple(judge(table, found, chosen.corrections, chosen.split))
    known = None if chosen.mapping is not None else chosen.remembered
    counts = Counter(row.verdict.value for row in rows)
    return Reading(
        format=workbook.format,
        encoding=workbook.encoding,
        sheet=table.sheet.name,
        sheets=tuple(each.name for each in workbook.sheets),
        header_rows=table.header_rows,
        columns=_columns(table),
        mapping={each: letter(column) for each, column in found.items()},
        skipped=table.skipped,
        questions=(
            *of_sheets(here, others, chosen.sheet is not None),
            *(() if problem else of_table(table, found, known)),
        ),
        problem=problem,
        counts={each.value: counts[each.value] for each in Verdict},
        rows=rows,
    )


def answer(payload: bytes) -> Iterator[dict[str, Any]]:
    """What the child says: a line of the reading, then a line for each row, or one refusal.

    ``payload`` is a line of JSON with the file's name and the choices, then the file.
    """
    head, _, content = payload.partition(b"\n")
    told = json.loads(head)
    try:
        with _uncollected():
            found = read(content, told["filename"], Choices.from_json(told["choices"]))
    except UnreadableFile as error:
        yield {"refused": error.code}
        return
    yield {"reading": found.to_json()}
    for row in found.rows:
        yield {"row": row.to_json()}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles: there are none among millions of cells, and it takes time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_prose(workbook: Workbook, table: Table) -> bool:
    """Whether a text file holds lines of one text each, and nothing that a list would have."""
    undivided = all(len(row.cells) <= 1 for row in table.sheet.rows)
    return workbook.format in ("csv", "tsv") and not table.header_rows and undivided


def _chosen_sheet(workbook: Workbook, name: str | None) -> tuple[Candidate, list[Candidate]]:
    """The sheet to read, and the others."""
    candidates = [candidate(each) for each in workbook.sheets]
    if name is None:
        here = best(candidates)
    else:
        named = [each for each in candidates if each.sheet.name == name]
        if not named:
            raise unreadable("no_sheet")
        here = named[0]
    return here, [each for each in candidates if each is not here]


def _columns(table: Table) -> tuple[Column, ...]:
    return tuple(
        Column(
            letter(index),
            header,
            tuple(v[:40] for v in table.values(index, SAMPLES)),
            index in table.sheet.hidden_columns,
        )
        for index, header in enumerate(table.headers)
        if header or table.values(index, 1)
    )


def _mapping(table: Table, choices: Choices) -> dict[Field, int]:
    if choices.mapping is not None:
        return _as_columns(choices.mapping, len(table.headers))
    samples = [table.values(c) for c in range(len(table.headers))]
    return guess(table.headers, samples, choices.remembered, table.sheet.hidden_columns)


def _as_columns(mapping: Mapping[Field, str], width: int) -> dict[Field, int]:
    found = {each: column_of(letters) for each, letters in mapping.items()}
    return {each: c for each, c in found.items() if c is not None and c < width}


def _unclear(table: Table, mapping: Mapping[Field, int]) -> str:
    """Why the columns cannot be read: one is missing, or one is chosen twice."""
    by_column: dict[int, list[Field]] = {}
    for each, column in mapping.items():
        by_column.setdefault(column, []).append(each)
    for column, fields in by_column.items():
        if len(fields) > 1:
            return said(
                "シート「{sheet}」の{column}列が{names_said}の両方に選ばれています。"
                "1つだけにしてください。",
                sheet=table.sheet.name,
                column=letter(column),
                names_said=_named(fields),
            )
    missing = [each for each in NEEDED if each not in mapping]
    if not missing:
        return ""
    seen = "、".join(header for header in table.headers if header)
    if not seen:
        return said(
            "シート「{sheet}」に{names_said}の列が見つかりません（見出し：なし）。"
            "「列の読み取り方」でシートと列を選ぶか、見出しを直したファイルを選んでください。",
            sheet=table.sheet.name,
            names_said=_named(missing),
        )
    return said(
        "シート「{sheet}」に{names_said}の列が見つかりません（見出し：{headers}）。"
        "「列の読み取り方」でシートと列を選ぶか、見出しを直したファイルを選んでください。",
        sheet=table.sheet.name,
        names_said=_named(missing),
        headers=seen,
    )


def _named(fields: Sequence[Field]) -> str:
    return said("と").join(
        said("「{field_said}」", field_said=FIELD_NAMES[each]) for each in fields
    )


def _empty(table: Table) -> str:
    if table.rows:
        return ""
    return said(
        "シート「{sheet}」に参加事業所の行がありません。名簿のあるシートを選んでください。",
        sheet=table.sheet.name,
    )


def _fields(told: Mapping[str, str]) -> dict[Field, str]:
    return {Field(name): value for name, value in told.items()}
