"""Brings a database to the newest revision, or says that it is not there."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from eventmail.database import Database
from eventmail.tables import metadata

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def configuration(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration; the connection, where given, is the one it works on."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Run all migrations up to ``revision``, each in a transaction of its own."""
    with database.engine.connect() as connection:
        command.upgrade(configuration(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Run the migrations back to ``revision``."""
    with database.engine.connect() as connection:
        command.downgrade(configuration(connection), revision)


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
