"""How often something asks the database."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa


def statements_of(deed: Callable[[], object]) -> int:
    """How many statements it takes."""
    return len(_seen(deed))


def selects_of(deed: Callable[[], object]) -> int:
    """How many of them only look: what is written now and then (last seen) is not among them."""
    return sum(each.lstrip().upper().startswith("SELECT") for each in _seen(deed))


def _seen(deed: Callable[[], object]) -> list[str]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        deed()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return seen
