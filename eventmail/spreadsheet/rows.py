"""One judged row: what the sheet says of one contact, the verdict, and the reasons for it."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventmail.spreadsheet.cells import SheetRow
from eventmail.spreadsheet.companies import company_key

__all__ = ["ATTENDING", "WITHDRAWN", "Reason", "Row", "Verdict", "company_key", "row_digest"]

ATTENDING, WITHDRAWN = "attending", "withdrawn"


class Verdict(enum.StrEnum):
    """What to do with a row."""

    OK = "ok"
    QUESTION = "question"
    ERROR = "error"


_encode = json.JSONEncoder(ensure_ascii=False).encode
_VERDICTS = {each.value: each for each in Verdict}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why. ``column`` is Excel's letter, or empty for the whole row.

    ``suggestion`` is the likely right value of ``field``, where there is one.
    """

    code: str
    column: str
    message: str
    field: str = ""
    suggestion: str = ""

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return {
            "code": self.code,
            "column": self.column,
            "message": self.message,
            "field": self.field,
            "suggestion": self.suggestion,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One participant's contact as the sheet has it.

    ``part`` counts from 1 over the contacts that a row was split into. ``person``: whether the
    address itself names a person. ``group`` names the duplicates that the row belongs to.
    """

    number: int
    company: str
    department: str
    title: str
    contact: str
    email: str
    raw_email: str
    phone: str
    status: str
    notes: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    digest: str
    corporate_number: str = ""
    person: bool = False
    part: int = 1
    group: str = ""

    @property
    def key(self) -> str:
        """The row's name in its reading: ``7``, or ``7-2`` for its second contact."""
        return str(self.number) if self.part == 1 else f"{self.number}-{self.part}"

    @property
    def can_be_taken(self) -> bool:
        """Whether a person may take it as it is: it has a company and exactly one address."""
        return self.verdict is not Verdict.ERROR and bool(self.email and self.company)

    def to_json(self) -> dict[str, Any]:
        """Plain values. Written out, because a hundred thousand rows go through it."""
        return {
            "number": self.number,
            "company": self.company,
            "department": self.department,
            "title": self.title,
            "contact": self.contact,
            "email": self.email,
            "raw_email": self.raw_email,
            "phone": self.phone,
            "status": self.status,
            "notes": self.notes,
            "verdict": self.verdict.value,
            "reasons": [each.to_json() for each in self.reasons],
            "digest": self.digest,
            "corporate_number": self.corporate_number,
            "person": self.person,
            "part": self.part,
            "group": self.group,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Row:
        """What :meth:`to_json` wrote."""
        values = dict(told)
        values["verdict"] = _VERDICTS[told["verdict"]]
        values["reasons"] = tuple(Reason(**each) for each in told["reasons"])
        return cls(**values)


def row_digest(row: SheetRow) -> str:
    """SHA-256 over the row's raw cells: its identity in the file."""
    text = _encode([cell.text for cell in row.cells])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
