"""Writes a backup's rows into an empty database of its revision, and compares them row by row.

What guards single acts (triggers, foreign keys) would refuse the past: a mail that was handed over
before a STOP, a review before its editor. They are taken away for this one transaction and put back
as they were; then the foreign keys are proved over all rows. No row is shown to anybody before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from eventmail.keeping.archive import Reader
from eventmail.keeping.rows import compare, load
from eventmail.keeping.shape import Form, forms
from eventmail.keeping.troubles import Faulty

UNRELATED = "表「{table}」に、ほかの表にない行を指す行があります"
FOREIGN_KEYS = sa.text(
    "SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid) "
    "FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0 "
    "AND c.connamespace = current_schema()::regnamespace ORDER BY 1, 2"
)
TRIGGERS = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
SEQUENCE = "SELECT pg_get_serial_sequence(:name, :column)"


def fill(connection: sa.Connection, reader: Reader) -> None:
    """Write all rows and compare them. Raises :class:`Faulty` at the first that is not the same."""
    found = forms(reader.manifest.revision)
    with _unguarded(connection, found):
        for form in found:
            connection.execute(sa.delete(form.table))  # what a revision brought: ours has it, too
            load(connection, form, reader.lines(form.name))
    for form in found:
        compare(connection, form, reader.lines(form.name))


@contextmanager
def _unguarded(connection: sa.Connection, found: tuple[Form, ...]) -> Iterator[None]:
    """After an error nothing is put back: the transaction, or the file, is thrown away."""
    if connection.dialect.name == "sqlite":
        triggers = connection.execute(TRIGGERS).all()
        for name, _ in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        for _, statement in triggers:
            connection.exec_driver_sql(statement)
        _prove_keys(connection)
        return
    keys = connection.execute(FOREIGN_KEYS).all()
    for table, name, _ in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for form in found:
        connection.exec_driver_sql(f"ALTER TABLE {form.name} DISABLE TRIGGER USER")
    yield
    for form in found:
        connection.exec_driver_sql(f"ALTER TABLE {form.name} ENABLE TRIGGER USER")
        _count_on(connection, form)
    for table, name, definition in keys:
        _restore_key(connection, table, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _prove_keys(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise Faulty(UNRELATED.format(table=broken[0]))


def _restore_key(connection: sa.Connection, table: str, statement: str) -> None:
    try:
        connection.exec_driver_sql(statement)
    except sa.exc.IntegrityError as error:
        raise Faulty(UNRELATED.format(table=table)) from error


def _count_on(connection: sa.Connection, form: Form) -> None:
    """The next row gets a number that none has."""
    for column in form.table.primary_key.columns:
        values = {"name": form.name, "column": column.name}
        sequence = connection.execute(sa.text(SEQUENCE), values).scalar()
        if sequence:
            last = connection.execute(sa.select(sa.func.max(column))).scalar()
            if last:
                connection.execute(sa.select(sa.func.setval(sequence, last)))
