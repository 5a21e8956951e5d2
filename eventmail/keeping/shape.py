"""What tables and columns a revision has, as its own migrations make them.

The models only know the newest revision, and a backup may be of any: so the migrations are asked,
in an empty SQLite file. Both databases are read and written by the columns found there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from eventmail import migrate
from eventmail.database import Database
from eventmail.keeping.kinds import Kind, kind_of

VERSIONS = "alembic_version"
# Not taken along: who is signed in, half a passkey's ceremony, a worker's hold of a connection.
LEFT_BEHIND = frozenset({"staff_sessions", "passkey_challenges", "relay_slots"})


@dataclass(frozen=True, slots=True)
class Form:
    """One table: its columns with their kinds, and the key by which its rows are put in order."""

    table: sa.Table
    kinds: tuple[Kind, ...]
    key: tuple[int, ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name


@cache
def blank(revision: str) -> bytes:
    """An SQLite database at this revision without a row, as a file's content."""
    with tempfile.TemporaryDirectory(prefix="eventmail-shape-") as folder:
        path = Path(folder) / "blank.sqlite3"
        with _open(path) as database:
            migrate.upgrade(database, revision)
            settle(database)
        return path.read_bytes()


@cache
def forms(revision: str) -> tuple[Form, ...]:
    """The tables of a revision whose rows are kept, by name."""
    with tempfile.TemporaryDirectory(prefix="eventmail-shape-") as folder:
        path = Path(folder) / "shape.sqlite3"
        path.write_bytes(blank(revision))
        with _open(path) as database:
            found = sa.MetaData()
            found.reflect(database.engine)
    kept = (found.tables[name] for name in sorted(found.tables) if name != VERSIONS)
    return tuple(_form(each) for each in kept if each.name not in LEFT_BEHIND)


@cache
def brought(revision: str) -> frozenset[str]:
    """The tables in which the revisions themselves put rows: those are nobody's data."""
    with tempfile.TemporaryDirectory(prefix="eventmail-shape-") as folder:
        path = Path(folder) / "brought.sqlite3"
        path.write_bytes(blank(revision))
        with _open(path) as database, database.engine.connect() as connection:
            names = [each.name for each in forms(revision)]
            return frozenset(each for each in names if has_rows(connection, each))


def has_rows(connection: sa.Connection, table: str) -> bool:
    """Whether there is any row in a table."""
    query = sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)
    return connection.execute(query).first() is not None


def settle(database: Database) -> None:
    """Bring the whole of an SQLite database into its one file, and close it."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    database.dispose()


@contextmanager
def _open(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.dispose()


def _form(found: sa.Table) -> Form:
    kinds = [kind_of(each.type) for each in found.columns]
    columns = [
        sa.Column(each.name, kind.stored, primary_key=each.primary_key)
        for each, kind in zip(found.columns, kinds, strict=True)
    ]
    key = tuple(at for at, each in enumerate(found.columns) if each.primary_key)
    return Form(sa.Table(found.name, sa.MetaData(), *columns), tuple(kinds), key)
