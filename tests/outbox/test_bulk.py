"""A statement for many rows binds what SQLAlchemy would, and its words are made once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from eventmail.database import Database, UtcDateTime
from eventmail.outbox.bulk import Bulk

NOON = datetime(2026, 11, 26, 3, tzinfo=UTC)
TABLE = sa.Table(
    "mails",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Enum("open", "gone", native_enum=False)),
    sa.Column("at", UtcDateTime),
    sa.Column("head", sa.LargeBinary),
    sa.Column("holder", sa.String),
)
INSERT = Bulk(sa.insert(TABLE), "id", "state", "at", "head", "holder")
UPDATE = Bulk(
    sa.update(TABLE)
    .where(TABLE.c.id == sa.bindparam("key"))
    .values(state=sa.bindparam("to", type_=TABLE.c.state.type), at=None, holder=None),
    "key",
    "to",
)
ROWS: list[dict[str, Any]] = [
    {"id": n, "state": "open", "at": NOON, "head": b"\0" * n, "holder": None} for n in (1, 2, 3)
]


def test_rows_come_back_as_they_were_written(database: Database) -> None:
    with database.writing() as session:
        connection = session.connection()
        TABLE.create(connection)
        INSERT.run(connection, ROWS)
        UPDATE.run(connection, [{"key": 1, "to": "gone"}, {"key": 3, "to": "gone"}])
        found = connection.execute(sa.select(TABLE).order_by(TABLE.c.id)).all()
    assert found == [
        (1, "gone", None, b"\0", None),
        (2, "open", NOON, b"\0\0", None),
        (3, "gone", None, b"\0\0\0", None),
    ]


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.psycopg.dialect()])
def test_a_value_that_no_row_names_is_refused(dialect: sa.Dialect) -> None:
    same = Bulk(sa.update(TABLE).values(holder="x").where(TABLE.c.id == sa.bindparam("key")), "key")
    with pytest.raises(ValueError, match="same in all rows"):
        same._in_words(dialect)


def test_the_caller_keeps_his_rows() -> None:
    rows = [dict(each) for each in ROWS]
    words = INSERT._in_words(sqlite.dialect())
    first, *_ = words.bound(rows)
    assert rows == ROWS
    assert first == (1, "open", "2026-11-26 03:00:00.000000", b"\0", None)
