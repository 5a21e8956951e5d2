"""Compares a new reading with the roster as it stands: new, changed, gone, same."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eventmail.spreadsheet.rows import Row, company_key


class Kind(enum.StrEnum):
    """What becomes of one contact."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Current:
    """One contact of the roster as it stands."""

    contact_id: int
    participant_id: int
    company: str
    department: str
    title: str
    contact: str
    email: str
    phone: str
    status: str
    corporate_number: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value, old and new."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One contact's change: ``row`` is None for who is gone, ``current`` for who is new."""

    kind: Kind
    row: Row | None
    current: Current | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def loud(self) -> bool:
        """Whether the address or the company behind it changed: people must look twice."""
        return any(each.field in ("email", "company") for each in self.fields)


COMPARED = (
    "company",
    "department",
    "title",
    "contact",
    "email",
    "phone",
    "status",
    "corporate_number",
    "notes",
)
Key = Callable[[Current | Row], object]


def compare(current: Sequence[Current], rows: Sequence[Row]) -> list[Change]:
    """Pair rows with contacts: by company and address, by address, by a company with one of each.

    The rows come in the sheet's order, then who is gone in the roster's.
    """
    pairs: dict[str, Current] = {}
    taken: set[int] = set()
    keys: tuple[tuple[Key, bool], ...] = (
        (lambda each: (company_key(each.company), each.email.casefold()), False),
        (lambda each: each.email.casefold(), False),
        (lambda each: (company_key(each.company), each.contact), True),
        (lambda each: company_key(each.company), True),
    )
    for key, must_be_single in keys:
        open_rows = [row for row in rows if row.key not in pairs]
        left = [each for each in current if each.contact_id not in taken]
        for row, found in _pair(open_rows, left, key, must_be_single):
            pairs[row.key] = found
            taken.add(found.contact_id)
    changes = [_change(row, pairs.get(row.key)) for row in rows]
    gone = [each for each in current if each.contact_id not in taken]
    return changes + [Change(Kind.GONE, None, each) for each in gone]


def _pair(
    rows: Iterable[Row], left: Sequence[Current], key: Key, must_be_single: bool
) -> list[tuple[Row, Current]]:
    by_row = _grouped(rows, key)
    by_current = _grouped(left, key)
    return [
        (mine[0], by_current[value][0])
        for value, mine in by_row.items()
        if value in by_current
        and (not must_be_single or (len(mine) == 1 and len(by_current[value]) == 1))
    ]


def _grouped(items: Iterable[object], key: Key) -> dict[object, list]:  # type: ignore[type-arg]
    groups: dict[object, list] = {}  # type: ignore[type-arg]
    for each in items:
        groups.setdefault(key(each), []).append(each)  # type: ignore[arg-type]
    return groups


def _change(row: Row, current: Current | None) -> Change:
    if current is None:
        return Change(Kind.NEW, row, None)
    fields = tuple(
        FieldChange(name, getattr(current, name), getattr(row, name))
        for name in COMPARED
        if getattr(current, name) != getattr(row, name)
    )
    return Change(Kind.CHANGED if fields else Kind.SAME, row, current, fields)
