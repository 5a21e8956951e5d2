"""Makes a backup while everything runs: one look at all rows, written, tried, then named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from eventmail import clock, last_backup, migrate
from eventmail.audit.keys import ChainKeys, open_database
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.keeping import folder as folders
from eventmail.keeping.archive import Reader, Trial, Writer, created, note_trial, publish
from eventmail.keeping.manifest import Manifest, secret_of
from eventmail.keeping.rows import lines
from eventmail.keeping.shape import forms
from eventmail.keeping.troubles import writing_to
from eventmail.keeping.trying import tried
from eventmail.last_backup import Kept

NOTHING = "データベースがまだありません。バックアップに取るものはありません。"
UNREACHABLE = (
    "データベースを読めなかったため、バックアップを作れませんでした。"
    "データベースが動いていることを確かめてください。"
)
FAILED = "プログラムの誤りのため、バックアップを作れませんでした（{what}）。"
ENDED = "バックアップが途中で止められたため、作れませんでした。もう一度実行してください。"


def backup(settings: Settings, target: Path, keep: int | None = None) -> Kept:
    """A backup in the folder ``target``; the oldest beyond ``keep`` go once this one is good, and
    no chain of its audit is cut: the last that was whole must not go.

    Whatever comes of it is kept word of (:mod:`eventmail.last_backup`).
    """
    try:
        kept, trial = _made(settings, target)
    except BaseException as error:
        with suppress(OSError):  # a full disk: the error itself says so
            last_backup.note(settings, Kept(clock.now(), "", is_good=False, told=_why(error)))
        raise
    last_backup.note(settings, kept)
    if keep is not None and trial.is_good and not trial.is_cut:
        folders.prune(target, keep)
    return kept


def write(settings: Settings, path: Path) -> Manifest:
    """All rows of the installation's database, as of one moment."""
    database = open_database(settings)
    try:
        revision = _revision(database)
        with closing(Writer(path)) as writer, _one_look(database) as connection:
            manifest = Manifest(
                made_at=clock.now(),
                revision=revision,
                tables={
                    form.name: writer.table(form.name, lines(connection, form))
                    for form in forms(revision)
                },
                keys=ChainKeys.of(settings).names,
                secret=secret_of(settings),
            ).sealed(ChainKeys.of(settings))
            writer.manifest(manifest)
        return manifest
    finally:
        database.dispose()


def _made(settings: Settings, target: Path) -> tuple[Kept, Trial]:
    with writing_to(target):
        target.mkdir(parents=True, exist_ok=True)
        folders.sweep(target)
        path = folders.name_for(target, clock.now())
        with created(path) as part:
            manifest = write(settings, part)
            trial = _trial(settings, part, path)
            note_trial(part, trial)
            if not trial.is_good:
                path = folders.marked_bad(path)
            publish(part, path)
    return Kept(manifest.made_at, str(path), trial.is_good, trial.told), trial


def _why(error: BaseException) -> str:
    """Why there is none, for whoever watches."""
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, OperationalError):
        return UNREACHABLE
    if isinstance(error, Exception):
        return FAILED.format(what=type(error).__name__)
    return ENDED


def _trial(settings: Settings, part: Path, path: Path) -> Trial:
    with closing(Reader(part, path.name)) as reader:
        return tried(settings, reader)


def _revision(database: Database) -> str:
    migrate.require_not_newer(database)
    found = migrate.revision_of(database)
    if found is None:
        raise UserError(NOTHING)
    return found


@contextmanager
def _one_look(database: Database) -> Iterator[sa.Connection]:
    """What others write meanwhile is not seen: a snapshot on PostgreSQL, a reader's on SQLite."""
    options = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with database.engine.connect().execution_options(**options) as connection:
        yield connection
