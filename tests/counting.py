"""How often something asks the database."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa


def statements_of(deed: Callable[[], object]) -> int:
    """How many statements it takes."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        deed()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(seen)
