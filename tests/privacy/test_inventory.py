"""Every column that could hold personal data is told of, once."""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.privacy.inventory import NOT_OF_PARTICIPANTS, PERSONAL
from eventmail.tables import metadata

COULD_HOLD = (sa.String, sa.JSON, sa.LargeBinary)


def columns() -> set[str]:
    """Every column that can hold words or bytes; an enum holds only its own."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, COULD_HOLD) and not isinstance(column.type, sa.Enum)
    }


def told() -> list[str]:
    return [
        f"{table}.{column}"
        for tables in (PERSONAL, NOT_OF_PARTICIPANTS)
        for table, names in tables.items()
        for column in names
    ]


def test_a_new_column_says_what_it_holds() -> None:
    assert columns() - set(told()) == set()


def test_nothing_is_told_twice_or_of_a_column_that_is_not_there() -> None:
    assert sorted(told()) == sorted(set(told()) & columns())
