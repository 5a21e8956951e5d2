"""One sending of an approved mailing by so many workers, and what each party spent on it."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.delivery import ours, prepare
from benchmarks.delivery.costs import begin, spent
from benchmarks.delivery.wire import sink
from benchmarks.scale import past
from benchmarks.scale.town import Town, copied
from eventmail import clock, processes
from eventmail.audit.keys import open_database
from eventmail.database import Database
from eventmail.outbox.models import ExposureRecord
from eventmail.outbox.worker import Outbox

PATIENCE_AFTERWARDS = 3600.0
EXECUTED = (
    "SELECT coalesce(sum(total_exec_time), 0) FROM pg_stat_statements s "
    "JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = %s"
)


@dataclass(frozen=True)
class Spent:
    """Processor seconds by party, PostgreSQL's own clock, and bytes of its log."""

    workers: float
    database: float
    relay: float
    executing: float
    wal: float
    largest: float

    def since(self, before: Spent) -> Spent:
        """The difference; memory is the highest in between."""
        return Spent(
            self.workers - before.workers, self.database - before.database,
            self.relay - before.relay, self.executing - before.executing,
            self.wal - before.wal, self.largest,
        )  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """One sending. ``begun`` went by before the first mail left; ``look`` is the record after it.

    ``approving`` is the approver's click, ``preparing`` all that was before it, both on the
    processor of the process that serves pages; 0 where the mailing had been prepared before.
    ``before`` deliveries of other mailings were there already.
    """

    mails: int
    workers: int
    seconds: float
    begun: float
    spent: Spent
    look: Spent
    size: int
    preparing: float
    approving: float
    before: int = 0

    @property
    def rate(self) -> float:
        """Mails a second from the first one on."""
        return self.mails / (self.seconds - self.begun)

    def each(self, total: float) -> float:
        """Of a total, thousandths for one mail."""
        return 1000 * total / self.mails


def send(town: Town, mails: int, workers: int, round_trip: float, before: int = 0) -> Sent:
    """From the approval to the last settled row, and on to the record of what all mails showed.

    ``before``: at least so many deliveries of other mailings are there already.
    """
    start = time.process_time()
    url = copied(town, mails)
    preparing = time.process_time() - start
    with ExitStack() as stack:
        port = stack.enter_context(sink(town.folder, round_trip, town.ground.here))
        made = town.settings(url, port, workers)
        database = open_database(made)
        stack.callback(database.dispose)
        there = past.fill(database, mails, before) if before else 0
        children = [town.start(made, "worker", each) for each in town.ground.places[:workers]]
        stack.callback(processes.end, children)
        ours.await_running(children, made)
        pids = [each.pid for each in children]
        sent = _measured(town, database, Outbox(made, database), pids, mails, preparing)
        return replace(sent, before=there)


def _measured(
    town: Town, database: Database, outbox: Outbox, pids: list[int], mails: int, preparing: float
) -> Sent:
    start_cpu = time.process_time()
    snapshot_id = prepare.approve(database)
    approving = time.process_time() - start_cpu
    name = database.url.database or ""
    begin(pids)
    before, start = _spent(town, name, pids), clock.now()
    outbox.wake(snapshot_id)
    ours.await_end(database, snapshot_id)
    after = _spent(town, name, pids)
    first, last = ours.times(database, snapshot_id)
    _await_record(database, snapshot_id)
    looked = _spent(town, name, pids)
    return Sent(
        mails, len(pids), (last - min(start, first)).total_seconds(),
        max(0.0, (first - start).total_seconds()),
        after.since(before), looked.since(after),
        int(town.ask("SELECT pg_database_size(%s::name)", name)), preparing, approving,
    )  # fmt: skip


def _spent(town: Town, name: str, pids: list[int]) -> Spent:
    found = spent(pids)
    return Spent(
        found.cpu, spent([town.server.postmaster]).cpu, spent(_relays()).cpu,
        float(town.ask(EXECUTED, name)) / 1000,
        float(town.ask("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")), found.largest,
    )  # fmt: skip


def _relays() -> list[int]:
    """The sink, and the round trip before it: the children of ours that speak as one."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    names = {each: Path(f"/proc/{each}/comm").read_text().strip() for each in children}
    return [int(each) for each, name in names.items() if name in ("smtp-sink", "delay")]


def _await_record(database: Database, snapshot_id: int) -> None:
    deadline = time.monotonic() + PATIENCE_AFTERWARDS
    while time.monotonic() < deadline:
        with database.reading() as session:
            if session.get(ExposureRecord, (snapshot_id, 1)) is not None:
                return
        time.sleep(0.2)
    print("  the look at all mails did not come to its end", file=sys.stderr)
