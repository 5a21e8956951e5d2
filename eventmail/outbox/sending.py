"""One worker's run over one snapshot: first copy, then the rest, each claimed before it is sent.

Whatever is not clear stops the run: a refusal at the gate or an unexpected error halts the
mailing, a relay that is down is noted and tried again by the next sweep.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.freezing import press_for
from eventmail.mailings.models import Decision, Snapshot, Step
from eventmail.mailings.rendering import Press, new_token
from eventmail.mailings.snapshot import Recipient, content_of_snapshot
from eventmail.outbox import ledger, service
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.wire import (
    Cleared,
    Composed,
    Connection,
    GateRefusal,
    Kind,
    NotAllowedHere,
    Outcome,
    Relay,
    RelayUnavailable,
    Unwritable,
)

log = logging.getLogger(__name__)

BATCH = 10
BROKEN = "送信処理で予期しない問題が起きたため、残りの送信を止めました。管理者に連絡してください。"
CHANGED = "承認された内容と保存されている内容が一致しないため、送信を止めました。"
NO_FIRST_COPY = "所のアドレスへの送信控えが受け取られなかったため、送信を止めました。"
STOPPED = "このメール案件は止まったため、送信を見合わせました。"
NO_LONGER = "承認のあとに辞退・変更されたため、送信を見合わせました。"


class Halt(Exception):
    """Nothing more of this mailing may leave. ``rule`` names why in the audit."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(rule)
        self.rule, self.sentence = rule, sentence


@dataclass(frozen=True, slots=True)
class Job:
    """One snapshot on the press, and the worker's name on its claims."""

    database: Database
    snapshot: Snapshot
    press: Press
    worker: str
    recipients: dict[int, Recipient]


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
        approved = {
            (review.step, review.digest)
            for review in stored.reviews
            if review.decision is Decision.PASSED
        }
        needed = {(step, content.digest) for step in Step}
        if stored.digest != content.digest or approved != needed:
            raise Halt("snapshot_changed", CHANGED)
        press = press_for(session, content)
    recipients = {each.contact_id: each for each in content.recipients}
    return Job(database, snapshot, press, new_token(), recipients)


def _work(job: Job, relay: Relay) -> bool:
    with job.database.writing() as session:
        if service.finish_if_done(session, job.snapshot) or service.is_halted(
            session, job.snapshot
        ):
            return False
    try:
        with Connection(relay) as connection:
            with job.database.writing() as session:
                service.note(session, job.snapshot.id, "")
            lost = _first_copy(job, connection) or _rest(job, connection)
    finally:
        with job.database.writing() as session:
            ledger.give_back(session, job.worker, clock.now())
    with job.database.writing() as session:
        done = service.finish_if_done(session, job.snapshot)
    return lost and not done


def _first_copy(job: Job, connection: Connection) -> bool:
    return _send_all(job, connection, _claim(job, 1, first_copy=True))


def _rest(job: Job, connection: Connection) -> bool:
    with job.database.reading() as session:
        state = service.first_copy(session, job.snapshot.id).state
    if state in (DeliveryState.REFUSED, DeliveryState.UNCERTAIN):
        raise Halt("no_first_copy", NO_FIRST_COPY)
    if state is not DeliveryState.ACCEPTED:
        return False
    while ids := _claim(job, BATCH, first_copy=False):
        if _send_all(job, connection, ids):
            return True
    return False


def _claim(job: Job, count: int, *, first_copy: bool) -> list[int]:
    with job.database.writing() as session:
        return ledger.claim(session, job.snapshot.id, job.worker, count, first_copy=first_copy)


def _send_all(job: Job, connection: Connection, ids: list[int]) -> bool:
    return any(_send_one(job, connection, delivery_id) for delivery_id in ids)


def _send_one(job: Job, connection: Connection, delivery_id: int) -> bool:
    """Send one claimed delivery; True if the connection is lost."""
    with job.database.reading() as session:
        delivery = session.get_one(Delivery, delivery_id)
        halted = service.is_halted(session, job.snapshot)
        welcome = service.still_welcome(session, delivery)
    if halted or not welcome:
        with job.database.writing() as session:
            text = STOPPED if halted else NO_LONGER
            ledger.settle(session, delivery_id, None, DeliveryState.WITHHELD, text=text)
        return halted
    composed, cleared = _make(job, delivery)
    with job.database.writing() as session:
        attempt = ledger.hand_over(session, delivery_id, job.worker, composed.digest, composed.head)
    if attempt is None:
        return False
    try:
        outcome = connection.send(cleared)
    except NotAllowedHere as error:
        with job.database.writing() as session:
            withheld = DeliveryState.WITHHELD
            ledger.settle(session, delivery_id, attempt.id, withheld, text=error.message_ja)
        raise Halt("not_allowed_here", error.message_ja) from error
    with job.database.writing() as session:
        _settle(session, delivery, attempt.id, attempt.number, outcome)
    return outcome.kind in (Kind.UNCERTAIN, Kind.NOT_SENT)


def _make(job: Job, delivery: Delivery) -> tuple[Composed, Cleared]:
    # Whole seconds: that is all a Date header can say.
    date = clock.now().replace(microsecond=0)
    try:
        if delivery.first_copy:
            composed = job.press.compose_first_copy(delivery.token, date)
            return composed, job.press.clear_first_copy(composed)
        assert delivery.contact_id is not None  # the schema holds it for all but first copies
        recipient = job.recipients[delivery.contact_id]
        composed = job.press.compose(recipient, delivery.token, date)
        return composed, job.press.clear(composed, recipient)
    except Unwritable as error:
        raise Halt("unwritable", f"{error.message_ja}残りは送信していません。") from error
    except GateRefusal as refusal:
        raise Halt(
            refusal.rule, f"送信ゲートが止めました。{refusal.message_ja}残りは送信していません。"
        ) from refusal


def _settle(
    session: Session, delivery: Delivery, attempt_id: int, tries: int, outcome: Outcome
) -> None:
    state, due_at = _fate(outcome.kind, tries)
    if state in ledger.OPEN and service.is_halted(
        session, session.get_one(Snapshot, delivery.snapshot_id)
    ):
        state, due_at = DeliveryState.WITHHELD, None
    ledger.settle(
        session,
        delivery.id,
        attempt_id,
        state,
        outcome=outcome.kind.value,
        code=outcome.reply.code or None,
        text=outcome.reply.text,
        due_at=due_at,
    )


def _fate(kind: Kind, tries: int) -> tuple[DeliveryState, datetime | None]:
    if kind is Kind.DEFERRED:
        due_at = ledger.next_try(tries)
        return (DeliveryState.DEFERRED if due_at else DeliveryState.REFUSED), due_at
    if kind is Kind.NOT_SENT:
        due_at = ledger.next_try(tries)
        return (DeliveryState.QUEUED if due_at else DeliveryState.REFUSED), due_at
    table = {
        Kind.ACCEPTED: DeliveryState.ACCEPTED,
        Kind.REFUSED: DeliveryState.REFUSED,
        Kind.UNCERTAIN: DeliveryState.UNCERTAIN,
    }
    return table[kind], None


def _halt(database: Database, snapshot: Snapshot, halt: Halt) -> None:
    with database.writing() as session:
        service.halt(session, snapshot, halt.rule, halt.sentence)
        service.finish_if_done(session, snapshot)
