"""Writes a reading's rows down, and gives them back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.roster.models import Answer, RosterImport, RosterRow
from eventmail.spreadsheet.rows import Row, Verdict


def fingerprint(row: Row) -> str:
    """What a person saw when answering: an answer counts only for a row that says the same."""
    told = "\0".join([row.company, row.contact, row.email, *(r.code for r in row.reasons)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def clear_rows(session: Session, roster_import: RosterImport) -> None:
    """Drop the rows of an import that is read anew, applied or given up."""
    session.execute(sa.delete(RosterRow).where(RosterRow.import_id == roster_import.id))


def add_rows(
    session: Session, roster_import: RosterImport, first: int, rows: Iterable[Row]
) -> None:
    """Store rows from position ``first`` on, each with the answer it had before, if any."""
    values = [
        _values(roster_import, position, row) for position, row in enumerate(rows, start=first)
    ]
    if values:
        session.execute(sa.insert(RosterRow), values)


def row_of(stored: RosterRow) -> Row:
    """The row as the reading told it."""
    return Row.from_json(stored.data)


def is_taken() -> sa.ColumnElement[bool]:
    """Rows that would be imported: those that are right, and those that a person takes."""
    right = RosterRow.verdict == Verdict.OK.value
    chosen = sa.and_(RosterRow.answer == Answer.TAKE.value, RosterRow.takeable)
    return sa.and_(RosterRow.answer != Answer.LEAVE.value, sa.or_(right, chosen))


def is_open() -> sa.ColumnElement[bool]:
    """Rows that still wait for an answer."""
    return sa.and_(
        RosterRow.verdict != Verdict.OK.value,
        RosterRow.answer == Answer.NONE.value,
    )


def _values(roster_import: RosterImport, position: int, row: Row) -> dict[str, Any]:
    return {
        "import_id": roster_import.id,
        "position": position,
        "key": row.key,
        "verdict": row.verdict.value,
        "answer": _answer(roster_import.answers, row),
        "takeable": row.can_be_taken,
        "company": row.company,
        "address_key": row.email.casefold(),
        "status": row.status,
        "bundle": row.group,
        "codes": " ".join(dict.fromkeys(reason.code for reason in row.reasons))[:400],
        "change": "",
        "loud": False,
        "contact_id": None,
        "differences": [],
        "data": row.to_json(),
    }


def _answer(answers: Mapping[str, Any], row: Row) -> str:
    given = answers.get(row.key)
    if isinstance(given, list) and len(given) == 2 and given[1] == fingerprint(row):
        return str(given[0])
    return Answer.NONE.value
