"""Which number the next row of a table gets: one that no row was ever given.

Numbers leave the service and come back: a bounce and a participant's link name the row that they
are of, and are signed for nothing but that number; other systems and printed papers keep it.
PostgreSQL never gives a number twice. SQLite does, of the last rows that were deleted, unless a
table is made with AUTOINCREMENT: so each table is, wherever our revisions make it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable

ROOM = 1_000_000  # numbers at least, and a tenth of all: more than are given between two backups
SLOT = timedelta(minutes=30)  # of a day
LARGEST, LARGEST_OF_MANY = 2**31 - 1, 2**63 - 1  # of PostgreSQL's integer and bigint
SEQUENCE = sa.text("SELECT pg_get_serial_sequence(:name, :column)")
KEPT = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'"
ONCE = "SELECT count(*) FROM sqlite_master WHERE tbl_name = ? AND sql LIKE '%AUTOINCREMENT%'"


@compiles(CreateTable, "sqlite")
def _each_number_once(element: CreateTable, compiler: Any, **options: Any) -> str:
    if numbered(element.element) is not None:
        element.element.dialect_options["sqlite"]["autoincrement"] = True
    return str(compiler.visit_create_table(element, **options))


def numbered(table: sa.Table) -> sa.Column[int] | None:
    """The key that the database numbers by itself, if the table has one."""
    column = table.autoincrement_column
    return column if column is not None and len(table.primary_key.columns) == 1 else None


def leave_room(connection: sa.Connection, tables: Iterable[sa.Table], moment: datetime) -> None:
    """Give no number that may have been given since these rows were copied.

    The same rows may be restored twice on a bad day: each half hour of it goes on elsewhere.
    """
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    slot = 1 + (moment - midnight) // SLOT
    for table in tables:
        column = numbered(table)
        if column is None:
            continue
        last = connection.execute(sa.select(sa.func.max(column))).scalar() or 0
        most = LARGEST_OF_MANY if isinstance(column.type, sa.BigInteger) else LARGEST
        above = max(last, min(last + slot * max(ROOM, last // 10), most - ROOM))
        if connection.dialect.name == "sqlite":
            _give_above(connection, {table.name: above})
        else:
            names = {"name": table.name, "column": column.name}
            sequence = connection.execute(SEQUENCE, names).scalar()
            connection.execute(sa.select(sa.func.setval(sequence, above)))


def given(connection: sa.Connection) -> Mapping[str, int]:
    """The highest number that each table of an SQLite file has given; what may forget it keeps
    it for :func:`keep`: a table that is written anew only knows the rows that it still has.
    """
    if connection.dialect.name != "sqlite" or not connection.exec_driver_sql(KEPT).scalar():
        return {}
    found = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
    return {name: number for name, number in found}


def keep(connection: sa.Connection, before: Mapping[str, int]) -> None:
    """Go on above these."""
    now = given(connection)
    _give_above(connection, {k: v for k, v in before.items() if now.get(k, 0) < v})


def _give_above(connection: sa.Connection, numbers: Mapping[str, int]) -> None:
    for name, number in numbers.items():
        if connection.exec_driver_sql(ONCE, (name,)).scalar():  # it is still there
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, number))
