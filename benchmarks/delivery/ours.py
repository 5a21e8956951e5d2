"""One run of ours: the whole way from the wake-up of running workers to the last settled row."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from subprocess import Popen
from typing import Any

import sqlalchemy as sa

from benchmarks.delivery import prepare
from benchmarks.delivery.cases import Case
from benchmarks.delivery.costs import begin, spent, threads
from benchmarks.delivery.prepare import Wanted
from benchmarks.delivery.running import Run
from benchmarks.delivery.stores import Store
from benchmarks.delivery.wire import HERE
from eventmail import clock, processes
from eventmail.audit.keys import open_database
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch, ExposureRecord
from eventmail.outbox.worker import SEARCHED, Outbox

LOOK = 0.1  # seconds; each look takes a little of the processor from those who send
PATIENCE = 1800.0
PATIENCE_AFTERWARDS = 600.0


@dataclass(frozen=True)
class Knobs:
    """How ours is set up, and whether to wait for the look at all mails after the sending."""

    workers: int = 2
    connections: int = 8
    record: bool = False


def wanted(case: Case, mails: int) -> Wanted:
    """The mailing that makes that many transactions of a case."""
    blind = case.recipients > 1
    return Wanted(mails * case.recipients, case.file, case.recipients if blind else 0)


def ours(case: Case, mails: int, port: int, store: Store, folder: Path, knobs: Knobs) -> Run:
    """Send one mailing with fresh workers over a fresh copy of its database."""
    url = prepare.copied(store, wanted(case, mails), folder)
    made = settings(url, port, folder, knobs)
    database = open_database(made)
    children = [processes.start(made, ["worker"]) for _ in range(knobs.workers)]
    try:
        await_running(children, made)
        run = _sent(database, Outbox(made, database), [each.pid for each in children], mails)
        return _with_record(database, children, run) if knobs.record else run
    finally:
        processes.end(children)
        database.dispose()


def settings(url: str, port: int, folder: Path, knobs: Knobs) -> Settings:
    """An installation whose relay is the sink; a knob that it does not know is left out."""
    data = folder / "prepared" / "run"
    data.mkdir(parents=True, exist_ok=True)
    for each in data.glob("queue.*"):
        each.unlink()
    if (folder / SEARCHED).exists():
        shutil.copytree(folder / SEARCHED, data / SEARCHED, dirs_exist_ok=True)
    lanes = -(-knobs.connections // knobs.workers)
    optional = {"mail_connections": knobs.connections, "mail_lanes": lanes}
    known = {each.name for each in fields(Settings)}
    given: dict[str, Any] = {name: optional[name] for name in optional if name in known}
    return Settings(
        mode=Mode.TEST, secret_key=prepare.SECRET, data_dir=data, database_url=url,
        mail_server=HERE, mail_port=port, mail_sink=True, mail_ehlo_name="bench.example", **given,
    )  # fmt: skip


def await_running(children: Sequence[Popen[bytes]], made: Settings) -> None:
    """Until each worker has its threads, and a moment for what each does first."""
    least = made.worker_threads + 2  # the main one and the scheduler
    deadline = time.monotonic() + PATIENCE
    while any(threads(each.pid) < least for each in children):
        if any(each.poll() is not None for each in children) or time.monotonic() > deadline:
            raise SystemExit("a worker did not start")
        time.sleep(LOOK)
    time.sleep(1.0)


def _sent(database: Database, outbox: Outbox, pids: list[int], mails: int) -> Run:
    snapshot_id = prepare.approve(database)
    before = begin(pids)
    start = clock.now()
    outbox.wake(snapshot_id)
    await_end(database, snapshot_id)
    after = spent(pids)
    first, last = times(database, snapshot_id)
    seconds = (last - min(start, first)).total_seconds()
    begun = max(0.0, (first - start).total_seconds())
    return Run(mails, seconds, after.cpu - before.cpu, after.memory, after.largest, begun)


def _with_record(database: Database, children: Sequence[Popen[bytes]], run: Run) -> Run:
    """The same, and the memory after the look at all mails; none if that takes too long."""
    print(f"  sent, at most {run.largest:.0f} MB; looked through next", file=sys.stderr)
    deadline = time.monotonic() + PATIENCE_AFTERWARDS
    while time.monotonic() < deadline:
        with database.reading() as session:
            if session.scalar(sa.select(ExposureRecord.snapshot_id)) is not None:
                return replace(run, afterwards=spent([each.pid for each in children]).largest)
        time.sleep(1.0)
    return run


def await_end(database: Database, snapshot_id: int) -> None:
    """Looks at one row by its key, so that it costs nothing."""
    deadline = time.monotonic() + PATIENCE
    query = sa.select(Dispatch.finished_at, Dispatch.notice).where(
        Dispatch.snapshot_id == snapshot_id
    )
    while time.monotonic() < deadline:
        with database.reading() as session:
            finished_at, notice = session.execute(query).one()
        if finished_at is not None:
            return
        time.sleep(LOOK)
    raise SystemExit(f"the mailing was not over after {PATIENCE:g} s: {notice}")


def times(database: Database, snapshot_id: int) -> tuple[datetime, datetime]:
    """When the first mail was handed over, and when the last was settled; all must be accepted."""
    with database.reading() as session:
        accepted = Delivery.state == DeliveryState.ACCEPTED
        query = (
            sa.select(sa.func.min(Attempt.handed_over_at), sa.func.max(Attempt.settled_at))
            .join(Delivery, Delivery.id == Attempt.delivery_id)
            .where(Delivery.snapshot_id == snapshot_id, accepted)
        )
        first, last = session.execute(query).one()
        rest = session.scalars(
            sa.select(sa.func.count()).where(Delivery.snapshot_id == snapshot_id, ~accepted)
        ).one()
        of_it = sa.select(Mailing.state).join(Snapshot).where(Snapshot.id == snapshot_id)
        state = session.scalars(of_it).one()
    if rest or state is not MailingState.SENT:
        raise SystemExit(f"{rest} deliveries were not accepted; the mailing is {state.value}")
    return first, last
