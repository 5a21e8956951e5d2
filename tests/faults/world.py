"""One installation under fault: a database, workers, a sink, and eyes on all of them."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from benchmarks.delivery import prepare
from benchmarks.delivery.prepare import Wanted
from eventmail import clock
from eventmail.audit.keys import open_database
from eventmail.config import Mode, Settings, to_environment
from eventmail.database import Database
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.outbox import ledger
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch, RelayPace
from tests.faults import verdict
from tests.faults.handles import FaultySink, Nursery
from tests.faults.servers import Postgres, Prepared, lives, small_disk
from tests.faults.sink import HERE
from tests.faults.verdict import Verdict

SECRET = "the faults' own: nothing is signed with this elsewhere"
PATIENCE = 300.0
LEASE = 3
LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Tools:
    """What the scenarios of one run share."""

    folder: Path
    nursery: Nursery
    prepared: Prepared
    server: Postgres | None = None


@dataclass
class World:
    """Built by :func:`world`. ``remarks`` are faults that only the run sees.

    ``notes`` are worth telling, and no faults. ``in_hand`` is whoever may become uncertain.
    """

    settings: Settings
    database: Database
    sink: FaultySink
    tools: Tools
    folder: Path
    dice: random.Random
    snapshot_id: int = 0
    workers: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    kills: int = 0
    remarks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    in_hand: set[int] = field(default_factory=set)
    clock: Path | None = None
    hurrying: bool = True

    @property
    def server(self) -> Postgres:
        """The PostgreSQL."""
        assert self.tools.server is not None
        return self.tools.server

    @property
    def log(self) -> Path:
        """What all processes have complained of."""
        return self.tools.folder / f"{self.folder.name}.log"

    def start(self, command: str = "worker") -> int:
        """One more process of this installation."""
        environment = to_environment(self.settings)
        pid = self.tools.nursery.start(command, environment, self.log, self.clock)
        (self.workers if command == "worker" else self.others).append(pid)
        return pid

    def approve(self) -> None:
        """The approver's yes."""
        self.snapshot_id = prepare.approve(self.database)

    def begin(self, workers: int, *, sweeps: int = 1) -> None:
        """Approve, start the processes, and wait until the office has its copy."""
        self.approve()
        self.run(workers, sweeps=sweeps)
        self.await_copy()

    def run(self, workers: int, *, sweeps: int = 1) -> None:
        """Start the processes."""
        for _ in range(workers):
            self.start()
        for _ in range(sweeps):
            self.start("sweeps")

    def await_copy(self) -> None:
        """Before it, a kill would halt the mailing: a person must then look at the copy."""
        self.until(lambda: self.count(Delivery.first_copy, _is(DeliveryState.ACCEPTED)) == 1)

    def kill(self, pid: int, *, replace: bool = True) -> None:
        """``kill -9`` a worker; what the dead had in hand is looked at before others go on."""
        self.tools.nursery.kill(pid)
        self.workers.remove(pid)
        self.kills += 1
        self.look()
        if replace:
            self.start()

    def kill_other(self, pid: int) -> None:
        """``kill -9`` something that is no worker."""
        self.tools.nursery.kill(pid)
        self.others.remove(pid)
        self.kills += 1

    def look(self) -> None:
        """Nobody ever has more in hand than the design allows; what is, may become uncertain."""
        held = (
            sa.select(Delivery.claimed_by, Delivery.id, Attempt.digest)
            .join(Attempt, Attempt.delivery_id == Delivery.id)
            .where(Attempt.settled_at.is_(None), _is(DeliveryState.CLAIMED))
        )
        with self.database.reading() as session:
            rows = session.execute(held).all()
        mails: dict[str | None, set[object]] = {}
        for holder, delivery_id, digest in rows:
            self.in_hand.add(delivery_id)
            mails.setdefault(holder, set()).add(digest)
        widest = max(map(len, mails.values()), default=0)
        # A worker's connections share their mails: what counts is the sum over all of them.
        if widest > WIDTH * self.settings.mail_lanes:
            self.remarks.append(f"{widest} mails of one worker were unsettled at a time")

    def count(self, *conditions: sa.ColumnElement[bool] | Any) -> int:
        """How many deliveries are so."""
        query = sa.select(sa.func.count(Delivery.id)).where(
            Delivery.snapshot_id == self.snapshot_id, *conditions
        )
        with self.database.reading() as session:
            return session.scalars(query).one()

    def settled(self) -> int:
        """How many have met their fate."""
        return self.count(Delivery.state.not_in(ledger.UNSETTLED))

    def until_settled(self, number: int) -> None:
        """Wait until more than so many have met their fate."""
        self.until(lambda: self.settled() > number)

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for it; a database that is away is waited for as well. Waits are cut short."""
        deadline, hurry_at = time.monotonic() + seconds, 0.0
        while True:
            with contextlib.suppress(SQLAlchemyError):
                if condition():
                    return
                if self.hurrying and time.monotonic() > hurry_at:
                    self.hurry()
                    hurry_at = time.monotonic() + 0.5
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited too long\n{self.log.read_text()[-4000:]}")
            time.sleep(LOOK)

    def hurry(self) -> None:
        """As if the waits between two tries, and those for the relay, were over."""
        now = clock.now()
        later = sa.and_(Delivery.state.in_(ledger.OPEN), Delivery.due_at > now)
        pause = RelayPace.slow_until > now
        with self.database.reading() as session:
            if not (
                session.scalar(sa.select(Delivery.id).where(later).limit(1))
                or session.scalar(sa.select(RelayPace.place).where(pause).limit(1))
            ):
                return
        with self.database.writing() as session:
            session.execute(sa.update(Delivery).where(later).values(due_at=now))
            session.execute(sa.update(RelayPace).where(pause).values(slow_until=now))

    def finish(self) -> None:
        """Wait until all is settled and the sending is closed."""
        over = sa.select(Dispatch.finished_at).where(Dispatch.snapshot_id == self.snapshot_id)

        def closed() -> bool:
            with self.database.reading() as session:
                return session.scalar(over) is not None

        self.until(closed)

    def verdict(self) -> Verdict:
        """The judgement."""
        with self.database.reading() as session:
            told = verdict.told_by(session, self.snapshot_id)
        return verdict.judge(told, self.sink.taken())

    def ended_badly(self, wanted: MailingState) -> list[str]:
        """Whether the mailing ended in another way, or a process died by itself."""
        state = (
            sa.select(Mailing.state, Dispatch.notice)
            .join(Snapshot, Snapshot.mailing_id == Mailing.id)
            .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        )
        with self.database.reading() as session:
            reached, notice = session.execute(state).one()
        halted = [] if reached is wanted else [f"{reached.value}: {notice}"]
        dead = [each for each in self.workers if not lives(each)]
        if dead and self.log.exists():
            self.notes.append(f"the log ends with:\n{self.log.read_text()[-3000:]}")
        return halted + [f"worker {each} died by itself" for each in dead]

    def person(self, session: Session, role: str) -> Actor:
        """Somebody of the office: author, checker or approver."""
        office = session.scalars(sa.select(Office)).one()
        people = session.scalars(sa.select(Staff))
        return next(
            Actor(each, office) for each in people if Role(role) in each.roles_in(office.id)
        )

    def uncertain_ids(self) -> set[int]:
        """Who is uncertain."""
        query = sa.select(Delivery.id).where(_is(DeliveryState.UNCERTAIN))
        with self.database.reading() as session:
            return set(session.scalars(query))

    def close(self) -> None:
        """End all processes."""
        for each in [*self.workers, *self.others]:
            with contextlib.suppress(RuntimeError, ProcessLookupError):
                self.tools.nursery.kill(each)
        self.database.dispose()


WIDTH = 20  # what the design lets a crash make uncertain, for each connection


def _free_port() -> int:
    with socket.create_server((HERE, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _is(state: DeliveryState) -> sa.ColumnElement[bool]:
    return Delivery.state == state


@contextlib.contextmanager
def world(
    tools: Tools, kind: str, wanted: Wanted, seed: int, *, small: bool = False, **chosen: Any
) -> Iterator[World]:
    """A fresh installation with a mailing that waits for its approval; ``small``: its disk is."""
    folder = tools.folder / f"w{time.monotonic_ns()}"
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        if small:
            stack.enter_context(small_disk(folder))
        url = tools.prepared.copy(kind, wanted, folder)
        sink = stack.enter_context(FaultySink(tools.folder / f"{folder.name}.jsonl"))
        usual: dict[str, Any] = {
            "mode": Mode.TEST,
            "secret_key": SECRET,
            "data_dir": folder,
            "database_url": url,
            "mail_server": HERE,
            "mail_port": sink.port,
            "port": _free_port(),
            "mail_sink": True,
            "mail_timeout": 2.0,
            "mail_ehlo_name": "faults.example",
            "lease_seconds": LEASE,
            "mail_connections": 64,
            "mail_lanes": 2,
        }
        made = Settings(**usual | chosen)
        found = World(made, open_database(made), sink, tools, folder, random.Random(seed))
        try:
            yield found
        finally:
            found.close()
