"""How many rows PostgreSQL reads for a mailing: so many for each recipient, whatever the roster.

It knows nothing of a roster that has only just been imported, and takes it for a few rows. A
question that is answered well only where it knows better makes people wait for minutes.
"""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.mailings.service import Draft
from eventmail.outbox import sending
from eventmail.outbox.pace import READY, Pace
from eventmail.sample import People
from eventmail.wire import Relay
from tests.mailings.journey import approve, check, submit
from tests.recorder import Recorder
from tests.roster.importer import Importer, make_event

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
LETTER = Draft("開催の案内", "ご案内", "{宛名}\n\nご出席をお願いします。", frozenset(), 1)
SMALL, LARGE = 60, 400
MOST = 100  # rows of one table for each recipient; each of the others would be 200 and more
GROWING = (
    *("roster_rows", "roster_changes", "participants", "contacts"),
    *("snapshot_recipients", "deliveries", "attempts"),
)
READ = sa.text("SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables")


def _read_so_far(database: Database) -> Counter[str]:
    database.dispose()  # a connection that ends says what it has read
    with database.engine.connect() as connection:
        return Counter({table: int(count) for table, count in connection.execute(READ)})


def _sent(database: Database, people: People, relay: Relay, size: int) -> Counter[str]:
    """The rows that were read of each table to import so many, and to bring them a mail."""
    before = _read_so_far(database)
    event = make_event(database, people, f"{size}社の会")
    rows = [(f"会社{size}の{n}", "", "", f"saiyo@c{size}-{n}.example", "参加") for n in range(size)]
    Importer(database, people, event)(*rows)
    with database.writing() as session:
        mailing = mailings.add_mailing(session, people.author, session.merge(event), LETTER)
    snapshot = submit(database, people, mailing.id, answering=True)
    check(database, people, mailing.id)
    approve(database, people, mailing.id)
    sending.run(database, relay, snapshot.id)
    return _read_so_far(database) - before


def _as_if_large(database: Database) -> None:
    """Tables of a few pages are rightly read whole: here they are not, as if they were larger."""
    with database.engine.begin() as connection:
        name = connection.execute(sa.text("SELECT current_database()")).scalar_one()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET enable_seqscan = off')
        for table in GROWING:  # PostgreSQL's own daemon does not come in time
            connection.exec_driver_sql(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    database.dispose()


@pytest.mark.parametrize("before", [False, True])
def test_no_row_is_read_for_each_of_the_others(
    database: Database,
    people: People,
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    before: bool,
) -> None:
    """The first of all, and one after another of which PostgreSQL knows."""
    _as_if_large(database)
    # As many turns on a machine that has other things to do: each passes by what has left.
    monkeypatch.setattr(Pace, "measure", lambda _self, connections: READY * connections)
    sizes = [SMALL, LARGE, LARGE] if before else [LARGE]
    reads = [_sent(database, people, relay, size) for size in sizes]
    assert len(recorder.received) == sum(size + 1 for size in sizes), "with the office's copies"
    # What PostgreSQL learns is of a sample: a plan that is chosen every time is the wrong one.
    least = {table: min(read[table] for read in reads[1:] or reads) for table in GROWING}
    assert {table: n // LARGE for table, n in least.items() if n > MOST * LARGE} == {}
