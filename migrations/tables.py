"""Changes of a table that SQLite knows no ALTER for.

Released migrations call these functions: extend by new functions, never change an old one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alembic import op


def set_choices(table: str, column: str, before: Sequence[str], after: Sequence[str]) -> None:
    """Give the CHECK of a choice column (``ck_TABLE_COLUMN``) other values.

    On SQLite the table is written anew, as its documentation ("Making other kinds of table schema
    changes") says: indexes and triggers come back as they were, and the foreign keys of all other
    tables are verified before anything is kept. ``eventmail.migrate`` has switched the enforcement
    of foreign keys off for this connection, which cannot be done inside a transaction.
    """
    name = f"ck_{table}_{column}"
    if op.get_bind().dialect.name == "sqlite":
        old, new = _check(name, column, before), _check(name, column, after)
        _rebuild(table, lambda made: _exchanged(made, old, new))
        return
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD {_check(name, column, after)}")


@dataclass(frozen=True, slots=True)
class Key:
    """A foreign key of several columns, named as the models' naming convention does."""

    columns: tuple[str, ...]
    parent: str
    targets: tuple[str, ...]

    def clause(self, table: str) -> str:
        """The table constraint."""
        columns, targets = ", ".join(self.columns), ", ".join(self.targets)
        return (
            f"CONSTRAINT {self.name(table)} FOREIGN KEY({columns}) "
            f"REFERENCES {self.parent} ({targets})"
        )

    def name(self, table: str) -> str:
        """Its name in ``table``."""
        return f"fk_{table}_{'_'.join(self.columns)}"


def add_keys(table: str, *keys: Key) -> None:
    """Hold the rows of ``table`` to these keys as well. On SQLite it is written anew."""
    clauses = [key.clause(table) for key in keys]
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(table, lambda made: f"{made.rstrip()[:-1].rstrip()}, {', '.join(clauses)})")
        return
    for clause in clauses:
        op.execute(f"ALTER TABLE {table} ADD {clause}")


def drop_keys(table: str, *keys: Key) -> None:
    """Take :func:`add_keys` back (for downgrades)."""
    if op.get_bind().dialect.name == "sqlite":
        clauses = ", ".join(key.clause(table) for key in keys)
        _rebuild(table, lambda made: _exchanged(made, f", {clauses}", ""))
        return
    for key in keys:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key.name(table)}")


def _exchanged(made: str, old: str, new: str) -> str:
    if made.count(old) != 1:
        raise RuntimeError(f"the table has no {old}: {made[:60]}")
    return made.replace(old, new)


def _check(name: str, column: str, values: Sequence[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"CONSTRAINT {name} CHECK ({column} IN ({listed}))"


def _rebuild(table: str, mended: Callable[[str], str]) -> None:
    def stored(kind: str) -> list[str]:
        query = "SELECT sql FROM sqlite_master WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL"
        return list(connection.exec_driver_sql(query, (kind, table)).scalars())

    connection = op.get_bind()
    (made,) = stored("table")
    again = [*stored("index"), *stored("trigger")]
    part = f"_new_{table}"
    head, _, rest = mended(made).partition("(")
    connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")  # leave the others' names alone
    connection.exec_driver_sql(f"CREATE TABLE {part} ({rest}")
    connection.exec_driver_sql(f"INSERT INTO {part} SELECT * FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE {part} RENAME TO {table}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")
    for statement in again:
        connection.exec_driver_sql(statement)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken or head.split()[:2] != ["CREATE", "TABLE"]:
        raise RuntimeError(f"rebuilding {table} would break {broken}")


def allow_null(table: str, column: str, kind: str) -> None:
    """Let a column of this kind be empty. On SQLite the table is written anew."""
    if op.get_bind().dialect.name == "sqlite":
        old, new = f"{column} {kind} NOT NULL", f"{column} {kind}"
        _rebuild(table, lambda made: _exchanged(made, old, new))
        return
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")


def forbid_null(table: str, column: str, kind: str) -> None:
    """Take :func:`allow_null` back (for downgrades)."""
    if op.get_bind().dialect.name == "sqlite":
        old, new = f"{column} {kind},", f"{column} {kind} NOT NULL,"
        _rebuild(table, lambda made: _exchanged(made, old, new))
        return
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
