"""One worker's run over one snapshot: first copy, then the rest, each claimed before it is sent.

Whatever is not clear stops the run: a refusal at the gate or an unexpected error halts the
mailing, a relay that is down is noted and tried again by the next sweep.
"""

from __future__ import annotations

import logging

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.freezing import press_for
from eventmail.mailings.models import Decision, Snapshot, Step
from eventmail.mailings.rendering import new_token
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.offices.models import Office
from eventmail.outbox import exposure, ledger, service
from eventmail.outbox.models import DeliveryState, Dispatch
from eventmail.outbox.transaction import Halt, Job, transact
from eventmail.wire import Connection, Relay, RelayUnavailable

log = logging.getLogger(__name__)

CLAIMED_AT_ONCE = 10
BROKEN = "送信処理で予期しない問題が起きたため、残りの送信を止めました。管理者に連絡してください。"
CHANGED = "承認された内容と保存されている内容が一致しないため、送信を止めました。"
NO_FIRST_COPY = "所のアドレスへの送信控えが受け取られなかったため、送信を止めました。"


def run(database: Database, relay: Relay, snapshot_id: int) -> bool:
    """Send what is due of a snapshot. Returns whether to come again at once (lost connection)."""
    with database.reading() as session:
        snapshot = session.get_one(Snapshot, snapshot_id)
    try:
        job = _prepare(database, snapshot)
        return _work(job, relay)
    except RelayUnavailable as error:
        with database.writing() as session:
            service.note(session, snapshot_id, f"{error.message_ja}1分ごとに自動でやり直します。")
        return False
    except OperationalError:
        # The database was busy or away: nothing is known to be wrong with the mailing. Leases
        # lapse, and the next sweep takes it up again.
        log.exception("the database was not there while sending snapshot %s", snapshot_id)
    except Halt as halt:
        _halt(database, snapshot, halt)
    except Exception:
        log.exception("sending snapshot %s broke", snapshot_id)
        _halt(database, snapshot, Halt("broken", BROKEN))
    return False


def _prepare(database: Database, snapshot: Snapshot) -> Job:
    with database.reading() as session:
        stored = session.get_one(Snapshot, snapshot.id)
        content = content_of_snapshot(stored)
        if not _is_approved(stored, content.digest):
            raise Halt("snapshot_changed", CHANGED)
        return _job(database, session, stored)


def _is_approved(stored: Snapshot, digest: str) -> bool:
    """Whether both people said yes to exactly what the rows hold now."""
    passed = {
        (review.step, review.digest)
        for review in stored.reviews
        if review.decision is Decision.PASSED
    }
    return stored.digest == digest and passed == {(step, digest) for step in Step}


def _job(database: Database, session: Session, stored: Snapshot) -> Job:
    content = content_of_snapshot(stored)
    dispatch = session.get_one(Dispatch, stored.id)
    return Job(
        database=database,
        snapshot=stored,
        press=press_for(session, content),
        worker=new_token(),
        recipients={each.contact_id: each for each in content.recipients},
        batch_size=session.get_one(Office, stored.office_id).batch_size,
        batch_token=dispatch.token,
        started_at=dispatch.created_at.replace(microsecond=0),
    )


def _work(job: Job, relay: Relay) -> bool:
    if _is_over(job):
        return False
    try:
        with Connection(relay) as connection:
            with job.database.writing() as session:
                service.note(session, job.snapshot.id, "")
            lost = _first_copy(job, connection) or _rest(job, connection)
    finally:
        with job.database.writing() as session:
            ledger.give_back(session, job.worker, clock.now())
    over = _is_over(job)
    return lost and not over


def _is_over(job: Job) -> bool:
    """Whether nothing is left to do. The mails of a finished sending are looked through once."""
    with job.database.writing() as session:
        finished = service.finish_if_done(session, job.snapshot)
        halted = service.is_halted(session, job.snapshot)
    if finished:
        exposure.try_record(job.database, job.snapshot.id)
    return finished or halted


def _first_copy(job: Job, connection: Connection) -> bool:
    ids = _claim(job, 1, first_copy=True)
    return bool(ids) and transact(job, connection, ids)


def _rest(job: Job, connection: Connection) -> bool:
    with job.database.reading() as session:
        state = service.first_copy(session, job.snapshot.id).state
    if state in (DeliveryState.REFUSED, DeliveryState.UNCERTAIN):
        raise Halt("no_first_copy", NO_FIRST_COPY)
    if state is not DeliveryState.ACCEPTED:
        return False
    in_batches = job.press.content.is_batch
    count = min(job.batch_size, connection.most_recipients) if in_batches else CLAIMED_AT_ONCE
    while ids := _claim(job, count, first_copy=False):
        transactions = [ids] if in_batches else [[delivery_id] for delivery_id in ids]
        if any(transact(job, connection, each) for each in transactions):
            return True
    return False


def _claim(job: Job, count: int, *, first_copy: bool) -> list[int]:
    with job.database.writing() as session:
        return ledger.claim(session, job.snapshot.id, job.worker, count, first_copy=first_copy)


def _halt(database: Database, snapshot: Snapshot, halt: Halt) -> None:
    with database.writing() as session:
        service.halt(session, snapshot, halt.rule, halt.sentence)
        finished = service.finish_if_done(session, snapshot)
    if finished:
        exposure.try_record(database, snapshot.id)
