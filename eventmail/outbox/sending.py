"""A run over one snapshot: the first copy, then the rest over several connections.

Whatever is not clear stops the run: a refusal at the gate or an unexpected error halts the
mailing; a relay that is away, throttles or refuses our credentials is left alone for a while, or
until a person acts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError, OperationalError

from eventmail import tracing
from eventmail.alerts import service as alerts
from eventmail.clock import in_tokyo
from eventmail.database import Database
from eventmail.language import said
from eventmail.mailings.models import Snapshot
from eventmail.mailings.rendering import new_token
from eventmail.outbox import exposure, ledger, limits, remaining, service
from eventmail.outbox.job import Halt, Job, check_sizes, prepare
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.standing import Hold, release_due, standing
from eventmail.outbox.supply import Supply
from eventmail.outbox.watch import Watch
from eventmail.outbox.window import Blocked, Window, soon
from eventmail.sendlock import service as sendlock
from eventmail.wire import Connection, Pressure, Relay, RelayUnavailable

log = logging.getLogger(__name__)

BLOCKED_ALERT = "relay.blocked"
BROKEN = said(
    "送信のプログラムが途中で動かなくなったため、残りの送信を止めました。管理者に連絡してください。"
)
NO_FIRST_COPY = said("所のアドレスへの送信控えが受け取られなかったため、送信を止めました。")
AGAIN_AT = said("{when}に自動でやり直します。")
BY_HAND = said("直したあと、画面の「もう一度接続する」を押してください。それまでは接続しません。")
FEW = 20  # so many mails do not pay for a second connection


@dataclass(frozen=True, slots=True)
class _Run:
    """What the connections of one run share."""

    job: Job
    relay: Relay
    policy: Policy
    watch: Watch
    call_others: Callable[[], None]


def run(
    database: Database,
    relay: Relay,
    snapshot_id: int,
    policy: Policy | None = None,
    ending: threading.Event | None = None,
    call_others: Callable[[], None] = lambda: None,
) -> bool:
    """Send what is due of a snapshot. Returns whether to come again at once (lost connection).

    ``ending`` is set when the process is to end: then the mail in hand is settled, no other sent.
    ``call_others`` is called once it is sending and there is more than it takes at a time.
    """
    policy = policy or Policy(limits.place_of(relay), lanes=1)
    with database.reading() as session:
        snapshot = session.get_one(Snapshot, snapshot_id)
    try:
        if _is_over(database, snapshot) or not _may_connect(database, snapshot, policy):
            return False
        job = prepare(database, snapshot_id, policy.returns)
        with Watch(database, snapshot_id, policy, ending or threading.Event()) as watch:
            lost = _send(_Run(job, relay, policy, watch, call_others))
        return not _is_over(database, snapshot) and lost
    except Blocked as blocked:
        _block(database, snapshot, policy, blocked.message_ja)
    except RelayUnavailable as error:
        _unavailable(database, snapshot, policy, error)
    except OperationalError:
        # The database was busy or away: nothing is known to be wrong with the mailing. Leases
        # lapse, and the next sweep takes it up again.
        log.exception("the database was not there while sending snapshot %s", snapshot_id)
    except Halt as halt:
        _halt(database, snapshot, halt)
    except Exception as error:
        if _came_with_a_lock(error):
            return False
        log.exception("sending snapshot %s broke", snapshot_id)
        _halt(database, snapshot, Halt("broken", BROKEN))
    return False


def _came_with_a_lock(error: Exception) -> bool:
    """Whether the database said no because all sending was locked after this turn had asked."""
    return isinstance(error, IntegrityError) and sendlock.GUARD in str(error.orig)


def _send(run: _Run) -> bool:
    database, snapshot_id = run.job.database, run.job.snapshot.id
    with database.reading() as session:
        copies = remaining.due(session, snapshot_id, most=1, first_copy=True)
    if copies and _lanes(run, 1, first_copy=True):
        return True
    _require_first_copy(database, snapshot_id)
    with database.writing() as session:
        release_due(session, snapshot_id)
        found = standing(session, snapshot_id)
    return found.hold is Hold.NOTHING and _rest(run)


def _rest(run: _Run) -> bool:
    """As many connections as the mails are worth."""
    with run.job.database.reading() as session:
        most = run.policy.lanes * FEW + 1
        due = remaining.due(session, run.job.snapshot.id, most=most, first_copy=False)
    count = max(1, min(run.policy.lanes, due // FEW))
    return _lanes(run, count, first_copy=False, call=due == most)


def _lanes(run: _Run, count: int, *, first_copy: bool, call: bool = False) -> bool:
    """So many connections with one supply of mails; the first fault of any is the run's.

    ``call``: others are asked to help, once there is a connection to be had.
    """
    worker = new_token()
    supply = Supply(run.job, run.policy, run.watch, worker, first_copy=first_copy)
    run.watch.add(worker)
    try:
        if count == 1:
            return _lane(run, supply, call=call)
        with ThreadPoolExecutor(count, thread_name_prefix="lane") as pool:
            tasks = [
                pool.submit(tracing.along(_lane), run, supply, call=call and number == 0)
                for number in range(count)
            ]
    finally:
        run.watch.remove(worker)
        with run.job.database.writing() as session:
            ledger.give_back(session, worker)
    errors = [error for task in tasks if (error := task.exception()) is not None]
    for error in sorted(errors, key=lambda each: isinstance(each, RelayUnavailable)):
        # A relay may take fewer connections than we may open: then the others go on with it.
        if not (isinstance(error, RelayUnavailable) and len(errors) < count):
            raise error
    return bool(errors) or any(task.result() for task in tasks)


def _lane(run: _Run, supply: Supply, *, call: bool) -> bool:
    """One connection until nothing is due. True if it was lost with mails left to send."""
    holder, database = new_token(), run.job.database
    with database.writing() as session:
        if not limits.take_slot(session, run.policy, holder):
            return False  # others are at it with all connections there may be
    if call:
        run.call_others()
    run.watch.add(holder)
    try:
        while True:
            with Connection(run.relay) as connection:
                _connected(run, connection, supply)
                window = Window(supply, connection)
                lost = _over_one(run, supply, window)
            if not (lost and window.moved and _may_go_on(run)):
                return lost
    except RelayUnavailable:
        raise
    except BaseException:
        run.watch.said_no.set()  # any other fault of one ends the whole run
        raise
    finally:
        run.watch.remove(holder)
        with database.writing() as session:
            limits.free_slot(session, run.policy, holder)


def _may_go_on(run: _Run) -> bool:
    """Whether a lost connection is replaced at once: not where the relay had better rest."""
    with run.job.database.reading() as session:
        resting = limits.resting_until(session, run.policy) is not None
    return not resting and not run.watch.said_no.is_set()


def _connected(run: _Run, connection: Connection, supply: Supply) -> None:
    with run.job.database.writing() as session:
        service.note(session, run.job.snapshot.id, "")
    log.info("connected to the relay")
    if supply.first_copy:
        check_sizes(run.job, run.relay, connection.largest_size)


def _over_one(run: _Run, supply: Supply, window: Window) -> bool:
    """All that is due, over one connection. True if it cannot be used for what is left."""
    going, connection = True, window.connection
    try:
        while going and connection.usable and not run.watch.said_no.is_set():
            outcomes = 0
            for outcomes, outcome in enumerate(connection.send_all(window.mails()), 1):  # noqa: B007
                window.note(outcome)
            # The last answers may have put a mail back in the queue that can go at once.
            going = outcomes > 0 or (soon(supply.wait_until) and not run.watch.said_no.wait(0.2))
    finally:
        window.close()
    if supply.halt is not None:
        raise supply.halt
    return window.lost or not connection.usable


def _require_first_copy(database: Database, snapshot_id: int) -> None:
    with database.reading() as session:
        state = service.first_copy(session, snapshot_id).state
    if state in (DeliveryState.REFUSED, DeliveryState.UNCERTAIN):
        raise Halt("no_first_copy", NO_FIRST_COPY)


def _may_connect(database: Database, snapshot: Snapshot, policy: Policy) -> bool:
    """Whether the relay is to be left alone now; the page says why."""
    with database.writing() as session:
        sentence = limits.blocked(session, policy.place)
        if sentence:
            service.note(session, snapshot.id, sentence)
        return not sentence and limits.resting_until(session, policy) is None


def _is_over(database: Database, snapshot: Snapshot) -> bool:
    """Whether nothing is left to do. The mails of a finished round are looked through once."""
    with database.writing() as session:
        finished = service.finish_if_done(session, snapshot)
        may_send = standing(session, snapshot.id).may_send
    if finished:
        exposure.try_record(database, snapshot.id)
    return finished or not may_send


def _unavailable(
    database: Database, snapshot: Snapshot, policy: Policy, error: RelayUnavailable
) -> None:
    """Nobody hammers a relay that is away; refused credentials wait for a person."""
    if error.pressure is Pressure.CREDENTIALS:
        _block(database, snapshot, policy, error.message_ja)
        return
    log.warning("the relay cannot be used: %s", error.pressure)
    waits = limits.SLOW if error.pressure is Pressure.SLOW_DOWN else limits.DOWN
    with database.writing() as session:
        if waits is limits.DOWN:
            limits.away(session, policy)
        at = in_tokyo(limits.set_back(session, policy, waits))
        sentence = error.message_ja + AGAIN_AT.format(when=f"{at.hour}:{at.minute:02}")
        service.note(session, snapshot.id, sentence)


def _block(database: Database, snapshot: Snapshot, policy: Policy, reason: str) -> None:
    sentence = reason + BY_HAND
    with database.writing() as session:
        service.note(session, snapshot.id, sentence)
        if limits.block(session, policy, sentence):
            stored = session.get_one(Snapshot, snapshot.id)
            box, subject = stored.mailing.event.reply_to, f"mailing:{stored.mailing_id}"
            alerts.raise_alert(session, box, BLOCKED_ALERT, subject, sentence)


def _halt(database: Database, snapshot: Snapshot, halt: Halt) -> None:
    log.warning("the mailing was halted: %s", halt.rule)
    with database.writing() as session:
        service.halt(session, snapshot, halt.rule, halt.sentence)
        finished = service.finish_if_done(session, snapshot)
    if finished:
        exposure.try_record(database, snapshot.id)
