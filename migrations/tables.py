"""Changes of a table that SQLite knows no ALTER for.

Released migrations call these functions: extend by new functions, never change an old one.
"""

from collections.abc import Sequence

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
        _rebuild(table, _check(name, column, before), _check(name, column, after))
        return
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD {_check(name, column, after)}")


def _check(name: str, column: str, values: Sequence[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"CONSTRAINT {name} CHECK ({column} IN ({listed}))"


def _rebuild(table: str, old: str, new: str) -> None:
    def stored(kind: str) -> list[str]:
        query = "SELECT sql FROM sqlite_master WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL"
        return list(connection.exec_driver_sql(query, (kind, table)).scalars())

    connection = op.get_bind()
    (made,) = stored("table")
    if made.count(old) != 1:
        raise RuntimeError(f"the table {table} has no {old}")
    again = [*stored("index"), *stored("trigger")]
    part = f"_new_{table}"
    head, _, rest = made.partition("(")
    connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")  # leave the others' names alone
    connection.exec_driver_sql(f"CREATE TABLE {part} ({rest.replace(old, new)}")
    connection.exec_driver_sql(f"INSERT INTO {part} SELECT * FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE {part} RENAME TO {table}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")
    for statement in again:
        connection.exec_driver_sql(statement)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken or head.split()[:2] != ["CREATE", "TABLE"]:
        raise RuntimeError(f"rebuilding {table} would break {broken}")
