"""Takes a database's guard away, for tests of the barriers behind it."""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.database import Database


def drop_guard(database: Database, table: str, name: str) -> None:
    """Drop one trigger of ``migrations/guards.py``."""
    place = "" if database.is_sqlite else f" ON {table}"
    with database.writing() as session:
        session.execute(sa.text(f"DROP TRIGGER guard_{table}_{name}{place}"))
