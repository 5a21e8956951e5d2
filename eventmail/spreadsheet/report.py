"""A reading as check-sheet tells it: for programs as JSON, for people as a Japanese listing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventmail.spreadsheet.columns import FIELD_NAMES
from eventmail.spreadsheet.encodings import NAMES
from eventmail.spreadsheet.reading import Question, Reading
from eventmail.spreadsheet.rows import WITHDRAWN, Reason, Row, Verdict

HEADINGS = {
    Verdict.ERROR: "誤りのある行（直すまで取り込めません）",
    Verdict.QUESTION: "確かめる行",
    Verdict.OK: "そのまま取り込める行",
}


def as_json(reading: Reading) -> dict[str, Any]:
    """The reading as plain values; its form is a contract with other programs."""
    headers = {column.letter: column.header for column in reading.columns}
    return {
        "format": reading.format,
        "encoding": reading.encoding or None,
        "sheet": reading.sheet,
        "other_sheets": [name for name in reading.sheets if name != reading.sheet],
        "header_rows": list(reading.header_rows),
        "columns": {
            field.value: {"column": letter, "header": headers.get(letter, "")}
            for field, letter in reading.mapping.items()
        },
        "rows": [_row(row) for row in reading.rows],
        "skipped": [{"row": each.number, "why": each.why} for each in reading.skipped],
        "questions": [
            {"code": each.code, "message": each.message} for each in _file_questions(reading)
        ],
    }


def is_clear(reading: Reading) -> bool:
    """Whether all of it could be imported as it is."""
    all_ok = all(row.verdict is Verdict.OK for row in reading.rows)
    return all_ok and not reading.problem and not reading.questions


def listing(reading: Reading) -> Iterator[str]:
    """Line by line what was read, errors first."""
    kind = reading.format.upper()
    encoding = NAMES.get(reading.encoding, reading.encoding)
    yield f"形式：{kind}" + (f"、文字コード：{encoding}" if encoding else "")
    others = "、".join(name for name in reading.sheets if name != reading.sheet)
    yield f"シート：{reading.sheet}" + (f"（ほかのシート：{others}）" if others else "")
    numbers = "・".join(map(str, reading.header_rows))
    yield f"見出し：{numbers}行目" if numbers else "見出し：なし"
    yield from _columns(reading)
    counts = "、".join(f"{_SHORT[each]}{_count(reading, each)}行" for each in HEADINGS)
    yield f"行：{counts}、読み飛ばし{len(reading.skipped)}行"
    if reading.problem:
        yield from ("", "■ 読み取れません", f"  {reading.problem}")
    if reading.questions:
        yield from ("", "■ ファイル全体で確かめること")
        yield from (f"  ・{each.message}" for each in reading.questions)
    for verdict, heading in HEADINGS.items():
        rows = [row for row in reading.rows if row.verdict is verdict]
        if rows:
            yield from ("", f"■ {heading}")
            for row in rows:
                yield from _row_lines(row)
    if reading.skipped:
        yield from ("", "■ 読み飛ばした行")
        yield from (f"  {each.number}行目：{each.why}" for each in reading.skipped)


_SHORT = {Verdict.ERROR: "誤り", Verdict.QUESTION: "確認", Verdict.OK: "良"}


def _file_questions(reading: Reading) -> Iterator[Question]:
    """The questions, and the problem as one more of them."""
    if reading.problem:
        yield Question("problem", reading.problem)
    yield from reading.questions


def _count(reading: Reading, verdict: Verdict) -> int:
    return sum(row.verdict is verdict for row in reading.rows)


def _columns(reading: Reading) -> Iterator[str]:
    headers = {column.letter: column.header for column in reading.columns}
    yield "列："
    for field, letter in reading.mapping.items():
        header = headers.get(letter, "")
        yield f"  {FIELD_NAMES[field]}＝{letter}列" + (f"「{header}」" if header else "")


def _row_lines(row: Row) -> Iterator[str]:
    number = f"{row.number}行目" + (f"の{row.part}人目" if row.part > 1 else "")
    said = (
        row.company,
        row.department,
        row.title,
        row.contact,
        row.email,
        row.phone,
        row.corporate_number,
        "辞退" if row.status == WITHDRAWN else "",
    )
    told = "｜".join(text for text in said if text)
    yield f"  {number}：" + (told if row.company else f"（事業所名なし）{told}")
    yield from (f"    → {_sentence(reason)}" for reason in row.reasons)


def _sentence(reason: Reason) -> str:
    """The message, with the likely value where it does not name it itself."""
    suggestion = reason.suggestion
    if not suggestion or f"「{suggestion}」" in reason.message:
        return reason.message
    return f"{reason.message}（候補：{suggestion}）"


def _row(row: Row) -> dict[str, Any]:
    return {
        "row": row.number,
        "company": row.company,
        "department": row.department,
        "title": row.title,
        "contact": row.contact,
        "email": row.email,
        "phone": row.phone,
        "corporate_number": row.corporate_number,
        "status": row.status,
        "verdict": row.verdict.value,
        "reasons": [_reason(each) for each in row.reasons],
    }


def _reason(reason: Reason) -> dict[str, str]:
    told = {"code": reason.code, "column": reason.column, "message": reason.message}
    return told | {"suggestion": reason.suggestion} if reason.suggestion else told
