"""What the engines of all tests share: each test has a database, so an engine, of its own.

SQLAlchemy keeps the text of a statement with the engine that first ran it. Making the same texts
anew for each test took a third of the time of the tests about pages.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from eventmail import database

MOST = 20_000  # kinds of statements, of all pages together

_first: dict[str, sa.Engine] = {}


def compiled_statements() -> None:
    """From now on, engines of the same kind of database share their compiled statements."""
    database._sqlite = _sharing(database._sqlite)
    database._postgres = _sharing(database._postgres)


def _sharing(make: Callable[[sa.URL], sa.Engine]) -> Callable[[sa.URL], sa.Engine]:
    def made(url: sa.URL) -> sa.Engine:
        engine = make(url)
        first = _first.get(engine.name)
        if first is None:
            first = _first[engine.name] = _asked(engine)
        # The texts are kept by the dialect that made them, so that is shared as well.
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    return made


def _asked(engine: sa.Engine) -> sa.Engine:
    """An engine of that kind whose dialect knows the server: it asks at the first connection."""
    url = "sqlite://" if engine.name == "sqlite" else engine.url
    first = sa.create_engine(url, query_cache_size=MOST)
    first.connect().close()
    first.dispose()
    return first
