"""Restores a backup into an empty database: all of it or nothing, and locked against sending."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, migrate, numbering
from eventmail.audit import chain
from eventmail.audit.keys import ChainKeys, open_database, opened
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.keeping import bags, shape
from eventmail.keeping.archive import Reader
from eventmail.keeping.filling import fill
from eventmail.keeping.folder import scratch
from eventmail.keeping.manifest import Manifest
from eventmail.keeping.troubles import NO_ROOM, Faulty, writing_to
from eventmail.keeping.trying import restored_to
from eventmail.outbox import ledger
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind
from eventmail.tables import metadata

NOT_EMPTY = (
    "戻す先のデータベース（{where}）は空ではありません（表「{table}」に行があります）。"
    "空のデータベースを用意し、EVENTMAIL_DATABASE_URL に書いてください。何も変えていません。"
)
REFUSED = (
    "バックアップ {name} を戻せませんでした：{phrase}。戻す先には何も書き込んでいません。"
    "ほかのバックアップを使ってください。"
)
BAD = (
    "バックアップ {name} は、作ったときの試しに通っていません。{told}"
    "ほかのバックアップがないときは、--even-bad を付けると戻せます。"
)
Finish = Callable[[Session], None]


def restore(settings: Settings, path: Path, *, even_bad: bool = False) -> Manifest:
    """Fill the empty database of ``settings``. Raises :class:`UserError`, and then nothing is in
    it. One that did not come through its trial is only taken if it is said.
    """
    with closing(Reader(path)) as reader:
        manifest, trial = reader.manifest, reader.trial
        manifest.require_whole(reader.name, ChainKeys.of(settings))
        if not (even_bad or (trial and trial.is_good)):
            raise UserError(BAD.format(name=reader.name, told=trial.told if trial else ""))
        require_empty(settings)
        reader.require_whole()
        put_into(settings, reader, lambda session: _lock(session, reader.name))
        return manifest


def put_into(settings: Settings, reader: Reader, finish: Finish) -> None:
    """All rows, brought to the newest revision, then ``finish``: seen when all of it is done."""
    try:
        if settings.database.startswith("sqlite:"):
            _into_file(settings, reader, finish)
        else:
            _into_server(settings, reader, finish)
    except Faulty as error:
        raise UserError(REFUSED.format(name=reader.name, phrase=error.phrase)) from error


def require_empty(settings: Settings) -> None:
    """Raise :class:`UserError` if there is a row in any of our tables, or a table of another's.

    What ``migrate`` has made is empty: the few rows that it brings give way to the backup's.
    """
    database = open_database(settings)
    try:
        if not _is_missing(database):
            with database.engine.connect() as connection:
                _require_empty(connection, where(settings))
    finally:
        database.dispose()


def where(settings: Settings) -> str:
    """The database in words, without its password."""
    return sa.make_url(settings.database).render_as_string(hide_password=True)


def settle_copy(session: Session) -> None:
    """Nobody is at work in a copy: what was on its way may have left, and a person decides."""
    ledger.judge_all_claims(session)
    bags.judge_claims(session)


def _lock(session: Session, name: str) -> None:
    settle_copy(session)
    numbering.leave_room(session.connection(), metadata.sorted_tables, clock.now())
    sendlock.lock(session, LockKind.RESTORED, name)


def _is_missing(database: Database) -> bool:
    path = Path(database.url.database or "")
    return database.is_sqlite and not (path.is_file() and path.stat().st_size)


def _require_empty(connection: sa.Connection, name: str) -> None:
    there = set(sa.inspect(connection).get_table_names())
    ours = {each.name for each in shape.forms(migrate.newest())} | shape.LEFT_BEHIND
    migrated = shape.VERSIONS in there
    brought = shape.brought(migrate.newest()) if migrated else frozenset()
    for table in sorted(there & ours - brought):
        if not migrated or shape.has_rows(connection, table):
            raise UserError(NOT_EMPTY.format(where=name, table=table))


def _into_file(settings: Settings, reader: Reader, finish: Finish) -> None:
    """Into a new file beside the place, which takes the place when all is done."""
    path = Path(sa.make_url(settings.database).database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing_to(path.parent, NO_ROOM), scratch(path.parent, ".restore-") as folder:
        part = folder / path.name
        restored_to(part, reader)
        with opened(replace(settings, database_url=f"sqlite:///{part}")) as database:
            migrate.upgrade(database)
            chain.seal_older(database)
            with database.writing() as session:
                finish(session)
            shape.settle(database)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        for ending in ("-wal", "-shm"):  # of the empty one
            path.with_name(path.name + ending).unlink(missing_ok=True)
        part.replace(path)


def _into_server(settings: Settings, reader: Reader, finish: Finish) -> None:
    """Tables, rows and all in one transaction."""
    with opened(settings) as database, database.engine.connect() as found:
        connection = found.execution_options(eventmail_writes=True)
        with connection.begin():
            if shape.VERSIONS in sa.inspect(connection).get_table_names():
                migrate.downgrade_on(connection, "base")
            migrate.upgrade_on(connection, reader.manifest.revision)
            fill(connection, reader)
            migrate.upgrade_on(connection)
            with database.joining(connection) as session:
                finish(session)
        chain.seal_older(database)
