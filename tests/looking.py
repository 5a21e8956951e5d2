"""A look locks nothing: PostgreSQL refuses it there, and SQLite, which has no such locks, here.

And no page ends one with a ROLLBACK, after which PostgreSQL's driver has nothing prepared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


def locks_nothing() -> None:
    """From now on, in every test."""
    sa.event.listen(sa.Engine, "before_execute", _refuse)


def _refuse(connection: sa.Connection, asked: object, *_: object) -> None:
    looks = "eventmail_looks" in connection.get_execution_options()
    locks = getattr(asked, "_for_update_arg", None) is not None
    assert not (looks and locks), f"a look would lock: {asked}"


@contextmanager
def rolled_back() -> Iterator[list[str]]:
    """The transactions of this process that end with a ROLLBACK meanwhile."""
    found: list[str] = []

    def note(connection: sa.Connection) -> None:
        found.append(f"ended a look of {connection.engine.dialect.name} with ROLLBACK")

    sa.event.listen(sa.Engine, "rollback", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "rollback", note)
