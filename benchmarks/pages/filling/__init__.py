"""Fills the database: the sample office by the services, everything else copied from it by SQL."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import psycopg
import sqlalchemy as sa

from benchmarks.pages import one_of_each
from benchmarks.pages.filling import bare, of_an_event
from eventmail import migrate
from eventmail.audit import chain
from eventmail.audit.keys import open_database
from eventmail.audit.models import AuditEntry
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.links.tokens import name_of
from eventmail.sealing import Sealer

OFFICES, EVENTS, PARTICIPANTS, SIGN_INS, COMPANIES = 200, 2_000, 1_000_000, 30, 1_000
BIG_EVENT, BIG_MAILINGS = 101, {"sent": 1001, "draft": 1002, "checking": 1003}
BIG_MAILINGS |= {"approving": 1004, "sending": 1005, "chosen": 1006}
# The first, third and fourth mail of the largest sending (``60_deliveries.sql``).
SENT_OF_THE_LARGEST = {"big_delivery": 100_001, "big_uncertain": 100_003, "big_bounced": 100_004}
MANY_ROWS = {
    "session_replication_role": "replica",
    "work_mem": "'256MB'",
    "enable_nestloop": "off",
}
DONE = "filled.json"
AT_ONCE = 5_000


def fill(settings: Settings, folder: Path, scale: float) -> one_of_each.Ids:
    """Fill an empty database, or find it filled; returns the ids that pages are asked for with."""
    told = folder / DONE
    database = open_database(settings)
    migrate.upgrade(database)
    if told.exists():
        database.dispose()
        found: one_of_each.Ids = json.loads(told.read_text())
        return found
    _said("the sample office")
    ids = one_of_each.make(settings, database, max(30, int(COMPANIES * min(1.0, scale))))
    _run_sql(settings, ids, scale)
    _said("the audit's chains")
    _record(database)
    ids |= SENT_OF_THE_LARGEST | of_an_event.objects(settings, database, ids, BIG_EVENT)
    database.dispose()
    told.write_text(json.dumps(ids | {"scale": scale}))
    return ids


def _run_sql(settings: Settings, ids: one_of_each.Ids, scale: float) -> None:
    """Each file in turn. Triggers rest meanwhile; keys are made anew, and so checked.

    PostgreSQL takes a table that has just been filled for a few rows, and would read another one
    whole for each of them: half an hour for what takes half a minute.
    """
    dsn = settings.database_url.replace("postgresql+psycopg:", "postgresql:")
    sizes = {
        "offices": max(20, int(OFFICES * scale)),
        "events": max(40, int(EVENTS * scale)),
        "participants": int(PARTICIPANTS * scale),
        "sign_ins": SIGN_INS,
        "link_key": name_of(Sealer.of(settings).keys[0]),
    }
    words = [f"--set={name}={value}" for name, value in (sizes | ids).items()]
    with psycopg.connect(dsn, autocommit=True) as connection:
        taken = bare.strip(connection)
        for file in sorted(Path(__file__).parent.glob("*.sql")):
            _said(file.stem)
            quiet = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", dsn]
            first = ["ANALYZE", *(f"SET {name} = {value}" for name, value in MANY_ROWS.items())]
            before = [word for each in first for word in ("-c", each)]
            subprocess.run([*quiet, *before, *words, "-f", str(file)], check=True)
        _said("indexes and keys")
        bare.restore(connection, taken)


def _record(database: Database) -> None:
    """Link what was written without links: chains that begin now, and the sample office's own."""
    with database.writing() as session:
        acts = session.execute(
            sa.text("SELECT * FROM bench.acts WHERE office_id = 1 AND at < now() ORDER BY at")
        )
        for rows in acts.mappings().partitions(AT_ONCE):
            session.add_all(
                AuditEntry(**row, details={}, via="page", client="10.0.0.7") for row in rows
            )
            session.flush()
    with database.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text(
                "INSERT INTO audit_heads (chain, number, mac, older) "
                "SELECT office_id, 0, '', count(*) FROM audit_entries e WHERE office_id > 1 "
                "AND NOT EXISTS (SELECT 1 FROM audit_links l WHERE l.entry_id = e.id) GROUP BY 1"
            )
        )
    chain.seal_older(database)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            sa.text("VACUUM ANALYZE")
        )


def _said(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)
