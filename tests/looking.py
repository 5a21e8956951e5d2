"""A look locks nothing: PostgreSQL refuses it there, and SQLite, which has no such locks, here."""

from __future__ import annotations

import sqlalchemy as sa


def locks_nothing() -> None:
    """From now on, in every test."""
    sa.event.listen(sa.Engine, "before_execute", _refuse)


def _refuse(connection: sa.Connection, asked: object, *_: object) -> None:
    looks = "eventmail_looks" in connection.get_execution_options()
    locks = getattr(asked, "_for_update_arg", None) is not None
    assert not (looks and locks), f"a look would lock: {asked}"
