"""How often something asks the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa


def statements_of(deed: Callable[[], object]) -> int:
    """How many statements it takes."""
    return len(_seen(deed))


def selects_of(deed: Callable[[], object]) -> int:
    """How many of them only look: what is written now and then (last seen) is not among them."""
    return sum(each.lstrip().upper().startswith("SELECT") for each in _seen(deed))


@contextmanager
def heard() -> Iterator[list[str]]:
    """The statements over all connections, those that look and those that write."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def _seen(deed: Callable[[], object]) -> list[str]:
    with heard() as seen:
        deed()
    return seen
