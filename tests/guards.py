"""Takes a database's guard away, for tests of the barriers behind it."""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.database import Database


def drop_guard(database: Database, table: str, name: str) -> None:
    """Drop one trigger of ``migrations/guards.py``."""
    place = "" if database.is_sqlite else f" ON {table}"
    with database.writing() as session:
        session.execute(sa.text(f"DROP TRIGGER guard_{table}_{name}{place}"))


def leave_only(database: Database, table: str, name: str) -> None:
    """Drop every guard of a table but one, so that only this one can refuse."""
    listed = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
        if database.is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = :table ::regclass"
    )
    with database.reading() as session:
        found = list(session.scalars(sa.text(listed), {"table": table}))
    assert f"guard_{table}_{name}" in found
    for each in found:
        if each != f"guard_{table}_{name}":
            drop_guard(database, table, each.removeprefix(f"guard_{table}_"))
