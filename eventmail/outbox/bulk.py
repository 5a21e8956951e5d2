"""Statements for many rows, put into words once for each kind of database.

SQLAlchemy goes through the values of every row anew, which takes longer than writing them; the rows
of a turn have most of their values in common, and each different one is looked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Words:
    """What the driver gets: the text, its values in order (none: by name), what writes them."""

    text: str
    order: Callable[[Row], tuple[object, ...]] | None
    writers: tuple[tuple[str, Callable[[Any], object]], ...]
    constants: Row

    def bound(self, rows: Sequence[Row]) -> list[Any]:
        """The rows as the driver takes them."""
        whole = [self.constants | row for row in rows]
        for name, write in self.writers:
            written: dict[Hashable, object] = {}
            for row in whole:
                value = row[name]
                if value not in written:
                    written[value] = write(value)
                row[name] = written[value]
        return list(map(self.order, whole)) if self.order else whole


class Bulk:
    """An INSERT or UPDATE over rows that have these names."""

    def __init__(self, statement: sa.Insert | sa.Update, *names: str) -> None:
        self._statement, self._names = statement, names
        self._made: dict[str, _Words] = {}

    def run(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        """Execute it for each row."""
        dialect = connection.dialect
        words = self._made.get(dialect.name)
        if words is None:
            words = self._made[dialect.name] = self._in_words(dialect)
        connection.exec_driver_sql(words.text, words.bound(rows))

    def _in_words(self, dialect: sa.Dialect) -> _Words:
        keys = list(self._names) if isinstance(self._statement, sa.Insert) else None
        made: Any = self._statement.compile(dialect=dialect, column_keys=keys)
        constants = {name: value for name, value in made.params.items() if name not in self._names}
        if any(value is not None for value in constants.values()):
            raise ValueError("a value that is the same in all rows is named as well, or NULL")
        writers = ((name, _writer(made.binds[name].type, dialect)) for name in self._names)
        return _Words(
            made.string,
            itemgetter(*made.positiontup) if made.positional else None,
            tuple((name, write) for name, write in writers if write is not None),
            constants,
        )


def _writer(kind: Any, dialect: sa.Dialect) -> Callable[[Any], object] | None:
    """What makes the driver's value; drivers take bytes as they are."""
    if isinstance(kind, sa.LargeBinary):
        return None
    made: Callable[[Any], object] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return made
