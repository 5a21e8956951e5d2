"""The worker process: Huey's consumer around its tasks and the sweep of every minute."""

from __future__ import annotations

import logging
from typing import Any

from huey import crontab

from eventmail.alerts import sending as alerts
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.outbox import exposure, ledger, sending
from eventmail.outbox.queue import make_huey
from eventmail.roster import jobs
from eventmail.wire import Relay, relay_from

log = logging.getLogger(__name__)

RECONNECTS = 3


class Outbox:
    """The tasks of one installation, bound to its database, relay and queue."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.huey = make_huey(settings)
        self._wake = self.huey.task(name="wake")(self.send_due)
        self._wake_roster = self.huey.task(name="roster")(self.run_roster)
        self._sweep = self.huey.periodic_task(crontab(), name="sweep")(self.sweep)

    def wake(self, snapshot_id: int) -> None:
        """Ask a worker to look at a snapshot now.

        A queue that cannot take it is no failure: the rows are there, and the sweep finds them.
        """
        try:
            self._wake(snapshot_id)
        except Exception:
            log.exception("the queue did not take the wake-up for snapshot %s", snapshot_id)

    def wake_roster(self, import_id: int) -> None:
        """Ask a worker to read, compare or write an import now; the sweep finds what is lost."""
        try:
            self._wake_roster(import_id)
        except Exception:
            log.exception("the queue did not take the wake-up for import %s", import_id)

    def run_roster(self, import_id: int) -> None:
        """Do what an import waits for, until it waits for a person."""
        jobs.run(self.database.writing, import_id, mailings.refresh)

    def relay(self) -> Relay:
        """The relay of the settings; only production may send to anybody."""
        production = self.settings.mode is Mode.PRODUCTION
        return relay_from(self.settings.mail, production=production)

    def send_due(self, snapshot_id: int) -> None:
        """Send what is due of one snapshot; a lost connection is taken up again a few times."""
        relay = self.relay()
        for _ in range(RECONNECTS):
            if not sending.run(self.database, relay, snapshot_id):
                break
        alerts.send_due(self.database, relay)  # the office learns of a halt at once

    def sweep(self) -> None:
        """Wake whatever is due, mail the alerts, make missing records. A lost task loses nothing.

        The mails come first: nothing else may keep them waiting.
        """
        self.wake_due()
        alerts.send_due(self.database, self.relay())
        exposure.make_missing(self.database)

    def wake_due(self) -> None:
        """Judge lapsed claims, then wake whatever is due: mails first, then imports."""
        with self.database.writing() as session:
            ledger.reclaim_lapsed(session)
            due = ledger.due_snapshots(session)
            imports = jobs.waiting(session)
        for snapshot_id in due:
            self.wake(snapshot_id)
        for import_id in imports:
            self.wake_roster(import_id)

    def consumer(self) -> Any:
        """Huey's consumer, ready to run in the main thread until a signal ends it."""
        self.wake_due()
        return self.huey.create_consumer(
            workers=self.settings.worker_threads,
            worker_type="thread",
            initial_delay=0.1,
            max_delay=1.0,
            graceful_signal="TERM",
        )
