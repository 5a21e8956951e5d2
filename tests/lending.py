"""PostgreSQL databases that are lent to tests: set back to a level's rows before each of them.

Making and dropping one for each test took longer than the tests. One whose guards, columns or
keys were changed by its test is thrown away, and so is one that was used often.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

OFTEN = 200
# The rows are put back as they were, whatever the guards and keys would say to it.
ALONE = "SET session_replication_role = replica; SET lock_timeout = '2s'"
TABLES = (
    "SELECT c.oid, c.relname FROM pg_class c WHERE c.relkind = 'r' "
    "AND c.relnamespace = 'public'::regnamespace"
)
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
# Whatever a statement changes of the tables that are there from the first is written anew here.
SHAPE = """
    SELECT sum(hashtext(kind || oid || xmin)) FROM (
      SELECT 't' kind, oid::text, xmin::text FROM pg_trigger WHERE tgrelid = ANY(%(tables)s)
      UNION ALL
      SELECT 'c', oid::text, xmin::text FROM pg_constraint WHERE conrelid = ANY(%(tables)s)
      UNION ALL
      SELECT 'i', indexrelid::text, xmin::text FROM pg_index WHERE indrelid = ANY(%(tables)s)
      UNION ALL
      SELECT 'a', attrelid || '.' || attnum, xmin::text FROM pg_attribute
      WHERE attrelid = ANY(%(tables)s) AND attnum > 0
      UNION ALL
      SELECT 'p', oid::text, xmin::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) shape
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """What all tables of a level hold, as COPY writes it, and how far its sequences are."""

    tables: dict[str, bytes]
    sequences: dict[str, int | None]


def read_rows(dsn: str) -> Rows:
    """The rows of a database."""
    with psycopg.connect(dsn, autocommit=True) as source:
        names = [name for _, name in source.execute(TABLES).fetchall()]
        found = {name: _copied(source, name) for name in names}
        sequences = dict(source.execute(SEQUENCES).fetchall())
    return Rows({name: rows for name, rows in found.items() if rows}, sequences)


def _copied(source: psycopg.Connection, table: str) -> bytes:
    with source.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
        return b"".join(bytes(each) for each in rows)


def _set_sequences(sequences: dict[str, int | None]) -> sql.Composed:
    """All of them in one question."""
    each = (
        sql.SQL("setval({}, {}, {})").format(name, value or 1, value is not None)
        for name, value in sequences.items()
    )
    return sql.SQL("SELECT ROW({})").format(sql.SQL(", ").join(each))


@dataclass(slots=True)
class Lent:
    """One database, and the connection that sets it back."""

    name: str
    own: psycopg.Connection
    tables: list[int]
    shape: int
    used: int = 0

    @classmethod
    def at(cls, name: str, dsn: str) -> Lent:
        """A database that was just made."""
        own = psycopg.connect(dsn, autocommit=True)
        own.execute(ALONE)
        tables = [oid for oid, _ in own.execute(TABLES).fetchall()]
        made = cls(name, own, tables, 0)
        made.shape = made.shape_now()
        return made

    def shape_now(self) -> int:
        """A number that changes with every change of a guard, key, column or index."""
        (found,) = self.own.execute(SHAPE, {"tables": self.tables}).fetchone() or (0,)
        return int(found)

    def is_fit(self) -> bool:
        """Whether its tables are as they were made; nobody must be in it any more."""
        return self.used < OFTEN and self.shape_now() == self.shape

    def set_back(self, rows: Rows) -> None:
        """Let it hold these rows and no others."""
        self.used += 1
        names = [name for _, name in self.own.execute(TABLES).fetchall()]
        emptied = sql.SQL("; ").join(
            sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in names
        )
        with self.own.transaction():
            self.own.execute(emptied)
            for name, content in rows.tables.items():
                place = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                with self.own.cursor().copy(place) as copy:
                    copy.write(content)
            self.own.execute(_set_sequences(rows.sequences))


@dataclass(slots=True)
class Lending:
    """The databases of one run: ``make`` makes a new one and says its name and DSN."""

    make: Callable[[], tuple[str, str]]
    drop: Callable[[str], None]
    level: Callable[[str], Rows]
    _free: list[Lent] = field(default_factory=list)
    _out: dict[str, Lent] = field(default_factory=dict)

    def lend(self, level: str) -> str:
        """The name of a database that holds a level's rows."""
        rows = self.level(level)
        while self._free:
            found = self._free.pop()
            with suppress(psycopg.Error):
                if found.is_fit():
                    found.set_back(rows)
                    self._out[found.name] = found
                    return found.name
            self._throw_away(found)
        name, dsn = self.make()
        self._out[name] = Lent.at(name, dsn)
        self._out[name].set_back(rows)
        return name

    def take_back(self, name: str) -> bool:
        """Whether it was one of ours; the next one to ask gets it."""
        found = self._out.pop(name, None)
        if found is not None:
            self._free.append(found)
        return found is not None

    def close(self) -> None:
        """Leave all of them."""
        for each in (*self._free, *self._out.values()):
            each.own.close()

    def _throw_away(self, found: Lent) -> None:
        found.own.close()
        self.drop(found.name)
