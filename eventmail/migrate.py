"""Brings a database to the newest revision, or says that it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from eventmail import files
from eventmail.database import Database
from eventmail.tables import metadata


def configuration(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration; the connection, where given, is the one it works on."""
    files.let_revisions_be_imported()
    config = Config()
    config.set_main_option("script_location", str(files.MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Run all migrations up to ``revision``, each in a transaction of its own."""
    with _unenforced(database) as connection:
        command.upgrade(configuration(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Run the migrations back to ``revision``."""
    with _unenforced(database) as connection:
        command.downgrade(configuration(connection), revision)


@contextmanager
def _unenforced(database: Database) -> Iterator[sa.Connection]:
    """A connection on which SQLite lets a table be written anew; its rows are checked after it."""
    with database.engine.connect() as connection:
        _enforce(database, connection, "OFF")
        try:
            yield connection
        finally:
            _enforce(database, connection, "ON")


def _enforce(database: Database, connection: sa.Connection, switch: str) -> None:
    driver = connection.connection.driver_connection
    if database.is_sqlite and driver is not None:  # on the driver: SQLAlchemy would send BEGIN
        driver.execute(f"PRAGMA foreign_keys={switch}")


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def differences(database: Database) -> list[object]:
    """What the tables in the database and the models say differently (nothing, in a release)."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))
