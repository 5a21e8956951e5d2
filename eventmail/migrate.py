"""Brings a database to the newest revision, or says that it is not there."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from eventmail import files, numbering
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.tables import metadata

NEWER = (
    "データベースの版（{found}）が、このプログラムの版（{newest}）より新しいため、動かせません。"
    "新しいプログラムに戻すか、前のバックアップを空のデータベースに戻してください。"
)
NOT_CURRENT = f"データベースが最新の形ではありません。{files.COMMAND} migrate を実行してください。"


def configuration(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration; the connection, where given, is the one it works on."""
    files.let_revisions_be_imported()
    config = Config()
    config.set_main_option("script_location", str(files.MIGRATIONS))
    config.attributes["connection"] = connection
    return config


class Age(enum.Enum):
    """How a database stands to this program."""

    EMPTY = "empty"  # nobody has made any table
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"  # a revision that this program does not know


def upgrade(database: Database, revision: str = "head") -> None:
    """Run all migrations up to ``revision``, each in a transaction of its own."""
    with unenforced(database) as connection, _numbers_kept(connection):
        upgrade_on(connection, revision)


def downgrade(database: Database, revision: str) -> None:
    """Run the migrations back to ``revision``."""
    with unenforced(database) as connection, _numbers_kept(connection):
        downgrade_on(connection, revision)


def upgrade_on(connection: sa.Connection, revision: str = "head") -> None:
    """The same; within the connection's transaction if it has begun one (PostgreSQL)."""
    command.upgrade(configuration(connection), revision)


def downgrade_on(connection: sa.Connection, revision: str) -> None:
    """The same, back."""
    command.downgrade(configuration(connection), revision)


@contextmanager
def unenforced(database: Database) -> Iterator[sa.Connection]:
    """A connection on which SQLite lets a table be written anew; its rows are checked after it."""
    with database.engine.connect() as connection:
        _enforce(database, connection, "OFF")
        try:
            yield connection
        finally:
            _enforce(database, connection, "ON")


@contextmanager
def _numbers_kept(connection: sa.Connection) -> Iterator[None]:
    """A table that SQLite writes anew gives no number that the old one has given."""
    with connection.begin():
        before = numbering.given(connection)
    yield
    if before:
        connection.commit()  # Alembic's last look
        with connection.execution_options(eventmail_writes=True).begin():
            numbering.keep(connection, before)


def _enforce(database: Database, connection: sa.Connection, switch: str) -> None:
    driver = connection.connection.driver_connection
    if database.is_sqlite and driver is not None:  # on the driver: SQLAlchemy would send BEGIN
        driver.execute(f"PRAGMA foreign_keys={switch}")


@cache
def newest() -> str:
    """The revision that this program works with; its files are read once."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def is_known(revision: str) -> bool:
    """Whether this program can bring a database from this revision to the newest."""
    return any(each.revision == revision for each in _scripts().walk_revisions())


def revision_of(database: Database) -> str | None:
    """Where a database stands; None where nobody has made its tables."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        connection.commit()  # as ``Database.reading``: each question for health asks this
    return found


def age(database: Database) -> Age:
    """How it stands to this program."""
    found = revision_of(database)
    if found is None:
        return Age.EMPTY
    if found == newest():
        return Age.CURRENT
    return Age.OLDER if is_known(found) else Age.NEWER


def require_not_newer(database: Database) -> None:
    """Raise :class:`UserError` for a database of a newer program: this one would harm it."""
    if age(database) is Age.NEWER:
        raise UserError(NEWER.format(found=revision_of(database), newest=newest()))


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision."""
    return revision_of(database) == newest()


def require_current(database: Database) -> None:
    """Raise :class:`UserError` unless the database stands at the newest revision."""
    require_not_newer(database)
    if not is_current(database):
        raise UserError(NOT_CURRENT)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


def differences(database: Database) -> list[object]:
    """What the tables in the database and the models say differently (nothing, in a release)."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))
