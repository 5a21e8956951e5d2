"""Rows to lines and back: a line of JSON for each row, in the order of the table's key.

Read and written in portions, so memory does not grow with the number of rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest

import sqlalchemy as sa

from eventmail.keeping.shape import Form
from eventmail.keeping.troubles import Faulty, unwritable

MOST_ROWS = 500
PORTION = 4 * 1024 * 1024  # bytes in hand at a time, unless one row alone has more
DIFFERENT = "表「{table}」の行（{key}）が、バックアップと読み戻したものとで違います"


def lines(connection: sa.Connection, form: Form) -> Iterator[bytes]:
    """Every row of a table as it stands for this transaction."""
    options = {"stream_results": True, "max_row_buffer": 1}
    with connection.execute(_in_order(connection, form), execution_options=options) as result:
        most = _most(connection, form)
        while found := result.fetchmany(most):
            for row in found:
                yield _line(form, row)


def load(connection: sa.Connection, form: Form, written: Iterable[bytes]) -> None:
    """Insert the rows of these lines."""
    insert = sa.insert(form.table)
    names = [each.name for each in form.table.columns]
    for portion in _portions(written):
        with unwritable(form.name):
            rows = [dict(zip(names, _values(form, each), strict=True)) for each in portion]
            connection.execute(insert, rows)


def compare(connection: sa.Connection, form: Form, written: Iterable[bytes]) -> None:
    """Row by row; raises :class:`Faulty` with the first that is not the same."""
    for wanted, found in zip_longest(written, lines(connection, form)):
        if wanted != found:
            raise Faulty(DIFFERENT.format(table=form.name, key=_key(form, wanted or found or b"")))


def _in_order(connection: sa.Connection, form: Form) -> sa.Select[tuple[object, ...]]:
    """By the key, texts by their bytes: each installation of PostgreSQL sorts them its own way."""
    by_bytes = connection.dialect.name == "postgresql"
    keys = [
        sa.collate(each, "C") if by_bytes and isinstance(each.type, sa.String) else each
        for each in form.table.primary_key.columns
    ]
    return sa.select(form.table).order_by(*keys)


def _most(connection: sa.Connection, form: Form) -> int:
    """How many rows to have in hand: few where there are files among them."""
    columns = list(form.table.columns)
    files = [each for each, kind in zip(columns, form.kinds, strict=True) if kind.is_bytes]
    if not files:
        return MOST_ROWS
    longest = connection.execute(sa.select(*(sa.func.max(sa.func.length(x)) for x in files))).one()
    return max(1, min(MOST_ROWS, PORTION // max(1, sum(each or 0 for each in longest))))


def _line(form: Form, row: sa.Row[tuple[object, ...]]) -> bytes:
    told = [
        value if value is None or kind.told is None else kind.told(value)
        for value, kind in zip(row, form.kinds, strict=True)
    ]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _values(form: Form, line: bytes) -> list[object]:
    return [
        value if value is None or kind.meant is None else kind.meant(value)
        for value, kind in zip(json.loads(line), form.kinds, strict=True)
    ]


def _key(form: Form, line: bytes) -> str:
    told = json.loads(line)
    names = [each.name for each in form.table.columns]
    return "、".join(f"{names[at]}={told[at]}" for at in form.key)


def _portions(written: Iterable[bytes]) -> Iterator[list[bytes]]:
    portion: list[bytes] = []
    size = 0
    for each in written:
        portion.append(each)
        size += len(each)
        if size >= PORTION or len(portion) == MOST_ROWS:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
