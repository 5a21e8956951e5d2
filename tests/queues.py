"""The connections that Huey opens for each thread and leaves to the collector.

Each is closed when the database that it leads to is given back.
"""

from __future__ import annotations

from typing import Any

import psycopg
from huey.storage import PostgresStorage

_made: dict[str, list[psycopg.Connection[Any]]] = {}


def connections_kept() -> None:
    """From now on, every connection that a queue opens is known by its database."""
    connect = PostgresStorage._connect

    def connected(storage: PostgresStorage) -> psycopg.Connection[Any]:
        made: psycopg.Connection[Any] = connect(storage)
        _made.setdefault(made.info.dbname, []).append(made)
        return made

    PostgresStorage._connect = PostgresStorage._create_connection = connected


def close_connections(name: str) -> None:
    """Close those to this database; whoever still holds one gets another when asking again."""
    for each in _made.pop(name, ()):
        each.close()
