"""How a value of each kind of column is written down: the same whichever database it is from."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from eventmail.database import UtcDateTime


class Verbatim(sa.types.UserDefinedType[str]):
    """JSON as the text that it is kept as: the audit's seals and the digests are taken of it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """As the migrations name it."""
        return "JSON"

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Read as text: PostgreSQL's driver would take it apart."""
        return sa.cast(column, sa.Text)


@dataclass(frozen=True, slots=True)
class Kind:
    """``told`` writes a value for JSON, ``meant`` reads it back; neither is asked of a NULL."""

    stored: sa.types.TypeEngine[Any]
    told: Callable[[Any], Any] | None = None
    meant: Callable[[Any], Any] | None = None

    @property
    def is_bytes(self) -> bool:
        """Whether a value may be as large as a file."""
        return isinstance(self.stored, sa.LargeBinary)


MOMENT = Kind(
    UtcDateTime(),
    lambda value: value.astimezone(UTC).isoformat(timespec="microseconds"),
    datetime.fromisoformat,
)
# The first that fits is it.
KINDS: tuple[tuple[type[sa.types.TypeEngine[Any]], Kind], ...] = (
    (sa.JSON, Kind(Verbatim())),
    (
        sa.LargeBinary,
        Kind(sa.LargeBinary(), lambda value: base64.b64encode(value).decode(), base64.b64decode),
    ),
    (sa.Boolean, Kind(sa.Boolean())),
    (sa.DateTime, MOMENT),
    (sa.Date, Kind(sa.Date(), lambda value: value.isoformat(), date.fromisoformat)),
    (sa.BigInteger, Kind(sa.BigInteger())),
    (sa.Integer, Kind(sa.Integer())),
    (sa.Float, Kind(sa.Double())),
    (sa.String, Kind(sa.Text())),
)


def kind_of(found: sa.types.TypeEngine[Any]) -> Kind:
    """The kind of a column that the migrations made. There is none for types they do not use."""
    return next(kind for each, kind in KINDS if isinstance(found, each))
