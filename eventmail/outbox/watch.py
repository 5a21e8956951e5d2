"""Looks every moment whether somebody has said STOP, and keeps the leases of a run alive."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType

from eventmail import tracing
from eventmail.database import Database
from eventmail.outbox import ledger, limits
from eventmail.outbox.limits import Policy
from eventmail.outbox.standing import standing

log = logging.getLogger(__name__)

EVERY = 0.2


class Watch:
    """Beside the connections of one run, in a thread of its own: ``with Watch(…) as watch``.

    ``said_no`` is set when the sending may not go on, or the process is to end. What has been
    handed over, but has not begun to leave, is taken back then.
    """

    def __init__(
        self, database: Database, snapshot_id: int, policy: Policy, ending: threading.Event
    ) -> None:
        self.said_no = threading.Event()
        self._database, self._snapshot_id, self._policy = database, snapshot_id, policy
        self._ending = ending
        self._over = threading.Event()
        self._workers: set[str] = set()
        self._thread = threading.Thread(target=tracing.along(self._look), name="watch", daemon=True)
        self._renew_at = time.monotonic() + self._third

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def add(self, worker: str) -> None:
        """Keep this worker's leases alive from now on."""
        self._workers = {*self._workers, worker}

    def remove(self, worker: str) -> None:
        """This worker is done."""
        self._workers = self._workers - {worker}

    @property
    def _third(self) -> float:
        return self._policy.lease.total_seconds() / 3

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            if self._ending.is_set():
                self.said_no.set()
            try:
                self._ask()
                self._renew()
            except Exception:  # the database is away for a moment: the lanes will notice as well
                log.exception("could not look whether the sending may go on")

    def _ask(self) -> None:
        with self._database.reading() as session:
            if not standing(session, self._snapshot_id).may_send:
                self.said_no.set()

    def _renew(self) -> None:
        if time.monotonic() < self._renew_at or not self._workers:
            return
        with self._database.writing() as session:
            ledger.keep_alive(session, self._workers, self._policy.lease)
            limits.keep_slots(session, self._policy, sorted(self._workers))
        self._renew_at = time.monotonic() + self._third
