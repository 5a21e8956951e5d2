"""Which column holds what: by the office's memory, the header's words, and the values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from eventmail.spreadsheet.columns import Field, fold
from eventmail.spreadsheet.contents import BY_CONTENT, has_address, is_reading, share
from eventmail.spreadsheet.headers import EXACT, hint_of

REMEMBERED = 1000
BY_VALUES = 30
MOSTLY = 0.5


class _Column(NamedTuple):
    """One column as a candidate: ``field`` None is a column that is not to be used."""

    number: int
    field: Field | None
    score: float
    known: bool
    values: Sequence[str]


def guess(
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
    remembered: Mapping[str, str] | None = None,
    hidden: Collection[int] = (),
) -> dict[Field, int]:
    """Field to column, counted from 0. Where two columns fit, the better one wins, then the first.

    ``remembered`` is a folded header to a field's value, or to "" for a column that is not used.
    """
    columns = [
        _column(number, header, samples[number], remembered or {}, number in hidden)
        for number, header in enumerate(headers)
    ]
    if not any(each.field is Field.EMAIL and each.score > 0 for each in columns):
        columns = [_by_addresses(each) for each in columns]
    found = {each: best for each in Field if (best := _best(columns, each)) is not None}
    _by_content(columns, found)
    _names(found)
    return {each: found[each] for each in Field if each in found}


def _column(
    number: int,
    header: str,
    values: Sequence[str],
    remembered: Mapping[str, str],
    hidden: bool,
) -> _Column:
    addresses = share(values, has_address)
    known = remembered.get(fold(header)) if header else None
    if known is not None and known in ("", *Field):
        field = Field(known) if known else None
        return _Column(number, field, REMEMBERED + 40 * addresses, True, values)
    hint = hint_of(header)
    field, score = (hint.field, float(hint.score)) if hint else (None, 0.0)
    if field is Field.EMAIL:
        # A column that is called an address and holds none is not the one to take.
        score += 40 * addresses if addresses or not values else -EXACT
    if field in (Field.CONTACT, Field.COMPANY) and values and share(values, is_reading) == 1:
        score -= 40  # a phonetic guide under a header that does not say so
    return _Column(number, field, score - 15 * hidden, hint is not None, values)


def _by_addresses(column: _Column) -> _Column:
    """Where no header names the addresses: a column that mostly holds some."""
    addresses = share(column.values, has_address)
    if addresses < MOSTLY or column.score >= REMEMBERED or column.field is Field.EMAIL:
        return column
    return column._replace(field=Field.EMAIL, score=BY_VALUES + 40 * addresses)


def _best(columns: Sequence[_Column], field: Field) -> int | None:
    fitting = [(-each.score, each.number) for each in columns if each.field is field]
    return min(fitting)[1] if fitting else None


def _by_content(columns: Sequence[_Column], found: dict[Field, int]) -> None:
    """Fields that no header names, among the columns whose header says nothing."""
    for field, (kind, least) in BY_CONTENT.items():
        free = [c for c in columns if not c.known and c.number not in found.values()]
        shares = [(-share(c.values, kind), c.number) for c in free]
        best = min(shares, default=(0.0, 0))
        if field not in found and -best[0] >= least:
            found[field] = best[1]


def _names(found: dict[Field, int]) -> None:
    """A family and a given name are used together and only where no column holds both."""
    family, contact = found.get(Field.FAMILY_NAME), found.get(Field.CONTACT)
    given = found.get(Field.GIVEN_NAME)
    if family is not None and given is None and contact == family + 1:
        # 「担当者」 over 「姓」 and 「名」 reads 「担当者名」 in its second column.
        found[Field.GIVEN_NAME] = given = found.pop(Field.CONTACT)
        contact = None
    if family is not None and given is not None and contact is None:
        return
    for field in (Field.FAMILY_NAME, Field.GIVEN_NAME):
        found.pop(field, None)
    if contact is None and family is not None:
        found[Field.CONTACT] = family
