"""The worker process: Huey's consumer around its tasks and the sweep of every minute."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from huey import crontab
from sqlalchemy.orm import Session

from eventmail import clock, garbage, tracing
from eventmail.alerts import chains
from eventmail.alerts import sending as alerts
from eventmail.audit.keys import ChainKeys
from eventmail.bounces import polling
from eventmail.bounces.intake import Intake
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.desk import telling
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.notices import posting as notices
from eventmail.observing import telling as observing
from eventmail.observing import totals, troubles
from eventmail.outbox import control, exposure, ledger, limits, sending
from eventmail.outbox import standing as standings
from eventmail.outbox.limits import Policy
from eventmail.outbox.queue import beat, make_huey
from eventmail.outbox.returns import Returns
from eventmail.outbox.waking import consumer_of
from eventmail.own_page import sending as own_page
from eventmail.privacy import forgetting, purge, scrubbing
from eventmail.relays import service as relays
from eventmail.relays.service import NoRoute, Route
from eventmail.roster import jobs
from eventmail.sendlock import service as sendlock
from eventmail.staffmail import sending as staffmail
from eventmail.training import reminding
from eventmail.webhooks import sending as webhooks
from eventmail.wire import Relay, remember_in

log = logging.getLogger(__name__)

SEARCHED = "searched"  # the folder of what was found in files
RECONNECTS = 3
PASSES = 10  # of all threads together: longer than an idle worker waits before it looks again
PAUSE = 0.1
SWEEP = timedelta(minutes=1)
SORTS = (None, observing.MAILS, reminding.REMINDERS, notices.MAILS, notices.REMINDERS)
SOONEST = timedelta(seconds=0.5)
LATEST = timedelta(hours=1)  # what is due later is the sweep's


class Outbox:
    """The tasks of one installation, bound to its database, relay and queue."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.huey = make_huey(settings)
        self.ending = threading.Event()
        self.searched = settings.data_dir / SEARCHED
        remember_in(self.searched, settings.secret_key)
        self._running: set[int] = set()
        self._guard = threading.Lock()
        self._wake = self.huey.task(name="wake")(self.send_due)
        self._wake_roster = self.huey.task(name="roster")(self.run_roster)
        self._fetching = threading.Lock()
        self._bounces = self.huey.periodic_task(crontab(), name="bounces")(self.fetch_bounces)
        self._calling = threading.Lock()
        self._webhooks = self.huey.periodic_task(crontab(), name="webhooks")(self.call_webhooks)
        self._sweep = self.huey.periodic_task(crontab(), name="sweep")(self.sweep)

    @property
    def policy(self) -> Policy:
        """The limits of the installation's relay."""
        return self._policy(relays.default_route(self.settings))

    def policy_of(self, session: Session, office_id: int) -> Policy:
        """The limits that all workers share towards an office's relay."""
        return self._policy(relays.route_of(session, self.settings, office_id))

    def relay_of(self, session: Session, office_id: int) -> Relay:
        """The relay of an office. Raises :class:`NoRoute` where it cannot be used."""
        return relays.route_of(session, self.settings, office_id).relay

    def blocked(self, session: Session, office_id: int) -> str:
        """Why nothing of an office goes to its relay until a person acts; empty if it may."""
        try:
            return limits.blocked(session, self.policy_of(session, office_id).place)
        except NoRoute as error:
            return error.message_ja

    def open_relay(self, session: Session, office_id: int) -> Relay | None:
        """An office's relay, unless nothing may go there until a person acts."""
        if self.blocked(session, office_id):
            return None
        return self.relay_of(session, office_id)

    def _policy(self, route: Route) -> Policy:
        chosen = self.settings
        return Policy(
            limits.place_of(route.relay, chosen.secret_key),
            connections=route.connections,
            lanes=chosen.mail_lanes,
            per_minute=route.per_minute,
            lease=timedelta(seconds=chosen.lease_seconds),
            returns=Returns.of(chosen.bounce_address, ChainKeys.of(chosen)),
        )

    def wake(self, snapshot_id: int) -> None:
        """Ask a worker to look at a snapshot now.

        A queue that cannot take it is no failure: the rows are there, and the sweep finds them.
        """
        try:
            self._wake(snapshot_id, asked_by=tracing.request_id())
            log.info("asked for a worker", extra=tracing.facts(snapshot=snapshot_id))
        except Exception:
            log.exception("the queue did not take the wake-up for snapshot %s", snapshot_id)

    def wake_at(self, snapshot_id: int, moment: datetime) -> None:
        """Ask a worker to look at a snapshot then; soon, for what is later the sweep comes."""
        wait = max(moment - clock.now(), SOONEST)
        if wait > LATEST:
            return
        try:
            self._wake.schedule((snapshot_id,), delay=wait.total_seconds())
        except Exception:
            log.exception("the queue did not take the later wake-up for snapshot %s", snapshot_id)

    def wake_roster(self, import_id: int) -> None:
        """Ask a worker to read, compare or write an import now; the sweep finds what is lost."""
        try:
            self._wake_roster(import_id, asked_by=tracing.request_id())
            log.info("asked for a worker", extra=tracing.facts(roster_import=import_id))
        except Exception:
            log.exception("the queue did not take the wake-up for import %s", import_id)

    def run_roster(self, import_id: int, asked_by: str = "") -> None:
        """Do what an import waits for, until it waits for a person."""
        with self._at(asked_by, roster_import=import_id):
            jobs.run(self.database.writing, import_id, mailings.refresh)

    @contextmanager
    def _at(self, asked_by: str, **known: int) -> Iterator[None]:
        """One turn of this worker, and the request that it was asked for by, if any."""
        task = secrets.token_hex(8)
        with tracing.about(**{tracing.REQUEST: asked_by, tracing.TASK: task}, **known):
            begun = time.perf_counter()
            log.info("a turn begins")
            yield
            log.info(
                "a turn ends", extra=tracing.facts(ms=round((time.perf_counter() - begun) * 1000))
            )

    def send_due(self, snapshot_id: int, passes: int = 0, asked_by: str = "") -> None:
        """Send what is due of one snapshot; a lost connection is taken up again a few times.

        Where this process is at it already, the task is passed on, so that another may take it.
        """
        if not self._enter(snapshot_id):
            if passes < PASSES:
                self._wake(snapshot_id, passes + 1, asked_by=asked_by)
                time.sleep(PAUSE)  # or this thread would be the first to take it again
            return
        try:
            with self._at(asked_by, snapshot=snapshot_id):
                self._send_due(snapshot_id)
        finally:
            with self._guard:
                self._running.discard(snapshot_id)

    def _enter(self, snapshot_id: int) -> bool:
        with self._guard:
            free = snapshot_id not in self._running
            self._running.add(snapshot_id)
            return free

    def _send_due(self, snapshot_id: int) -> None:
        with self.database.reading() as session:
            snapshot = session.get_one(Snapshot, snapshot_id)
            office_id = snapshot.office_id
            tracing.learn(mailing=snapshot.mailing_id)
            try:
                route = relays.route_of(session, self.settings, office_id)
            except NoRoute:  # the office's page says why
                return
        relay, policy = route.relay, self._policy(route)
        for _ in range(RECONNECTS):
            if not sending.run(
                self.database,
                relay,
                snapshot_id,
                policy,
                self.ending,
                lambda: self.wake(snapshot_id),
            ):
                break
        with self.database.reading() as session:
            later = standings.next_at(session, snapshot_id)
            resting = limits.resting_until(session, policy)
            blocked = limits.blocked(session, policy.place)
        if later is not None and not blocked:
            self.wake_at(snapshot_id, max(later, resting or later))
        self._mail_alerts()  # the office learns of a halt at once

    def _mail_alerts(self) -> None:
        """Not to a relay that refuses our credentials: the pages tell of that."""
        alerts.send_due(self.database, self.open_relay)

    def _mail_staff(self) -> None:
        """Tell staff what has come to wait for them; whatever goes wrong here holds up nothing."""
        chosen = self.settings
        try:
            telling.note(self.database, self.blocked)
            reminding.note(self.database)
            notices.note(self.database)
            post = staffmail.Post(chosen.public_url, chosen.staff_domains)
            for sort in SORTS:
                staffmail.send_due(self.database, self.open_relay, post, sort)
        except Exception:
            log.exception("the notices to staff have to wait for the next sweep")

    def _observe(self, *, is_copy: bool) -> None:
        """Note troubles and add up the figures; whatever goes wrong here holds up nothing."""
        try:
            if not is_copy:  # its troubles may be long over, and the running one tells of its own
                troubles.note(self.database, self.settings)
        except Exception:
            log.exception("troubles have to wait for the next sweep")
        try:
            totals.add_up(self.database)
        except Exception:
            log.exception("figures have to wait for the next sweep")

    def _mail_links(self) -> None:
        """Send the links that participants asked for; whatever goes wrong holds up nothing."""
        try:
            own_page.send_due(self.database, self.open_relay)
        except Exception:
            log.exception("the links that were asked for have to wait for the next sweep")

    def sweep(self) -> None:
        """Wake whatever is due, mail the alerts, make missing records. A lost task loses nothing.

        The mails come first: nothing else may keep them waiting.
        """
        beat(self.huey)
        self.wake_due()
        is_copy = self._is_locked()
        self._observe(is_copy=is_copy)
        self._mail_alerts()
        exposure.make_missing(self.database)
        self._mail_links()
        if not is_copy:
            self._mail_staff()
        if purge.is_night(clock.now()):
            self.erase_due()
            chains.verify_due(self.database)

    def fetch_bounces(self) -> None:
        """Take what came back, one visit at a time: a mailbox that hangs holds up nothing else."""
        if not self._fetching.acquire(blocking=False):
            return
        try:
            if not self._is_locked():  # they are the running installation's, not its copy's
                polling.poll(self.settings, Intake.of(self.settings, self.database))
        except Exception:
            log.exception("what came back has to wait for the next visit")
        finally:
            self._fetching.release()

    def call_webhooks(self) -> None:
        """Tell other systems what has happened; receivers that hang hold up nothing else."""
        if not self._calling.acquire(blocking=False):
            return
        try:
            webhooks.visit(self.database, self.settings)
        except Exception:
            log.exception("the webhooks have to wait for the next visit")
        finally:
            self._calling.release()

    def _is_locked(self) -> bool:
        """Whether this is a copy that nobody has unlocked yet."""
        with self.database.reading() as session:
            return sendlock.current(session) is not None

    def erase_due(self) -> None:
        """Erase the personal data whose time is over, then what disks still have of it."""
        purge.run(self.database.writing)
        forgetting.forget_gone(self.database, self.searched)
        scrubbing.scrub(self.database)

    def keep_forgetting(self) -> None:
        """Have this process see to it that its own machine remembers nothing of erased files."""
        forgetting.keep_forgetting(self.database, self.searched, self.ending)

    def wake_due(self) -> None:
        """Judge lapsed claims, then wake whatever is due: mails first, then imports."""
        with self.database.writing() as session:
            ledger.reclaim_lapsed(session)
            control.expire(session)
            standings.release_due(session)
            due = standings.due_snapshots(session)
            soon = standings.starting_before(session, clock.now() + 2 * SWEEP)
            imports = jobs.waiting(session)
        for snapshot_id in due:
            self.wake(snapshot_id)
        for snapshot_id, moment in soon:
            self.wake_at(snapshot_id, moment)
        for import_id in imports:
            self.wake_roster(import_id)

    def consumer(self) -> Any:
        """Huey's consumer, ready to run in the main thread until a signal ends it."""
        garbage.keep_what_is_loaded()
        beat(self.huey)
        self.wake_due()
        return consumer_of(
            self.huey,
            workers=self.settings.worker_threads,
            worker_type="thread",
            initial_delay=0.1,
            max_delay=0.25,
            graceful_signal="TERM",
        )
