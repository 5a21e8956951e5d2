"""From a file's bytes to judged rows, in a form that a page can keep between two requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eventmail.roster.columns import FIELD_NAMES, Field, column_of, guess, letter
from eventmail.roster.layout import Skipped, Table, choose_sheet, find_table
from eventmail.roster.rows import Reason, Row, Verdict, judge
from eventmail.roster.workbook import Sheet, Workbook, read_workbook, unreadable

SAMPLES = 3
NEEDED = (Field.COMPANY, Field.EMAIL)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: Excel's letter, its header, its first values."""

    letter: str
    header: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """How a file was read. ``problem`` is why no row could be judged; empty if they could."""

    sheet: str
    sheets: tuple[str, ...]
    encoding: str
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    mapping: dict[Field, str]
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return asdict(self) | {"mapping": {f.value: c for f, c in self.mapping.items()}}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> RosterFile:
        """What :meth:`to_json` wrote."""
        return cls(
            sheet=told["sheet"],
            sheets=tuple(told["sheets"]),
            encoding=told["encoding"],
            header_rows=tuple(told["header_rows"]),
            columns=tuple(
                Column(c["letter"], c["header"], tuple(c["samples"])) for c in told["columns"]
            ),
            mapping={Field(name): letters for name, letters in told["mapping"].items()},
            rows=tuple(map(_row, told["rows"])),
            skipped=tuple(Skipped(**each) for each in told["skipped"]),
            problem=told["problem"],
        )


def read_roster(
    content: bytes,
    filename: str = "",
    *,
    sheet: str | None = None,
    mapping: Mapping[Field, str] | None = None,
) -> RosterFile:
    """Read a file, in the chosen sheet and columns or in the likely ones.

    Raises :class:`~eventmail.roster.workbook.UnreadableFile`; a table without the needed columns
    is a ``problem`` instead, so that the person can choose them.
    """
    workbook = read_workbook(content, filename)
    table = find_table(_chosen_sheet(workbook, sheet))
    columns = _columns(table)
    found = _guess(table) if mapping is None else _as_columns(mapping, len(table.headers))
    missing = [field for field in NEEDED if field not in found]
    problem = _problem(table, missing)
    return RosterFile(
        sheet=table.sheet.name,
        sheets=tuple(each.name for each in workbook.sheets),
        encoding=workbook.encoding,
        header_rows=table.header_rows,
        columns=columns,
        mapping={field: letter(column) for field, column in found.items()},
        rows=() if problem else tuple(judge(table, found)),
        skipped=table.skipped,
        problem=problem,
    )


def _chosen_sheet(workbook: Workbook, name: str | None) -> Sheet:
    if name is None:
        return choose_sheet(workbook)
    named = [each for each in workbook.sheets if each.name == name]
    if not named:
        raise unreadable("no_sheet")
    return named[0]


def _columns(table: Table) -> tuple[Column, ...]:
    return tuple(
        Column(letter(index), header, tuple(v[:40] for v in table.values(index, SAMPLES)))
        for index, header in enumerate(table.headers)
        if header or table.values(index, 1)
    )


def _guess(table: Table) -> dict[Field, int]:
    return guess(table.headers, [table.values(c) for c in range(len(table.headers))])


def _as_columns(mapping: Mapping[Field, str], width: int) -> dict[Field, int]:
    found = {field: column_of(letters) for field, letters in mapping.items()}
    return {field: c for field, c in found.items() if c is not None and c < width}


def _problem(table: Table, missing: list[Field]) -> str:
    place = f"シート「{table.sheet.name}」"
    if missing:
        names = "と".join(f"「{FIELD_NAMES[field]}」" for field in missing)
        seen = "、".join(header for header in table.headers if header) or "なし"
        return (
            f"{place}に{names}の列が見つかりません（見出し：{seen}）。"
            "下の「列の読み取り方」でシートと列を選ぶか、見出しを直したファイルを選んでください。"
        )
    if not table.rows:
        return f"{place}に参加事業所の行がありません。名簿のあるシートを選んでください。"
    return ""


def _row(told: dict[str, Any]) -> Row:
    reasons = tuple(Reason(**each) for each in told["reasons"])
    return Row(**{**told, "verdict": Verdict(told["verdict"]), "reasons": reasons})
