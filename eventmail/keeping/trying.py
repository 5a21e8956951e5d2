"""The trial: a backup is restored into a file of its own, migrated, and looked through."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import migrate
from eventmail.audit import chain, verifying
from eventmail.audit.keys import opened
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Blob
from eventmail.keeping.archive import Reader, Trial
from eventmail.keeping.filling import fill
from eventmail.keeping.folder import scratch
from eventmail.keeping.shape import blank
from eventmail.keeping.troubles import NO_ROOM, Broken, Faulty, writing_to

GOOD = "試しに戻して、{rows}行すべてが元と同じであることを確かめました。"
KNOWN_FAULT = (
    "なお、監査記録には前から切れている鎖があります（chain {chain}、{number}番）。"
    "切れている間は、古いバックアップを消しません。"
)
BAD = "試しに戻したところ、使えないバックアップでした：{phrase}。"
CUT = "監査記録の鎖（chain {chain}）が{number}番で切れています：{text}"
MATERIAL_LOST = "資料（指紋 {sha256}…）の中身が、元のファイルと違います"
STUCK = "データベースを最新の形にできません（{why}）"
FILE = "trial.sqlite3"


def tried(settings: Settings, reader: Reader) -> Trial:
    """Restore it for a moment, beside the data; says whether it may be relied on.

    A chain of the audit that was known to be cut in this very place makes no backup worse: it is
    told, and no older one goes for it. Any other fault does: the rows are not what they were.
    """
    place = settings.data_dir
    with writing_to(place, NO_ROOM), scratch(place, ".trial-") as at:
        try:
            reader.require_whole()
            path = at / FILE
            restored_to(path, reader)
            there = replace(settings, database_url=f"sqlite:///{path}")
            with opened(there) as database:
                known = _looked_through(database)
        except (Faulty, Broken) as error:
            phrase = error.phrase if isinstance(error, Faulty) else error.message.rstrip("。")
            return Trial(False, BAD.format(phrase=phrase))
    return Trial(True, GOOD.format(rows=reader.manifest.rows) + known, is_cut=bool(known))


def restored_to(path: Path, reader: Reader) -> None:
    """All rows in a new SQLite file, at the revision that they are of."""
    path.write_bytes(blank(reader.manifest.revision))
    path.chmod(0o600)
    database = Database(f"sqlite:///{path}")
    try:
        with migrate.unenforced(database) as connection:
            # Nobody else sees the file, and after any fault it is thrown away.
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA journal_mode=OFF").fetchall()
            with connection.begin():
                fill(connection, reader)
    finally:
        database.dispose()


def _looked_through(database: Database) -> str:
    """What is wrong with the audit and was known before."""
    _migrated(database)
    with database.reading() as session:
        _require_materials(session)
    with database.reading() as session:
        verifying.begin(session)
        return _verified(session)


def _migrated(database: Database) -> None:
    try:
        migrate.upgrade(database)
        chain.seal_older(database)
    except sa.exc.OperationalError:
        raise
    except (sa.exc.DBAPIError, sa.exc.CompileError) as error:
        raise Faulty(STUCK.format(why=str(error).splitlines()[0])) from error


def _require_materials(session: Session) -> None:
    """Each file's bytes are those under whose digest it lies; what was erased is empty."""
    query = sa.select(Blob.sha256, Blob.content).execution_options(yield_per=1)
    for sha256, content in session.execute(query):
        if content and hashlib.sha256(content).hexdigest() != sha256:
            raise Faulty(MATERIAL_LOST.format(sha256=sha256[:12]))


def _verified(session: Session) -> str:
    known = ""
    for number in verifying.chains(session):
        report = verifying.verify(session, number)
        if report.fault is None:
            continue
        fault, before = report.fault, verifying.last_check(session, number)
        if before is None or before.fault != verifying.kept_words(fault):
            raise Faulty(CUT.format(chain=number, number=fault.number, text=fault.text))
        known = KNOWN_FAULT.format(chain=number, number=fault.number)
    return known
