"""One SMTP transaction: a mail made, cleared, handed over and settled, recipient by recipient.

An individual mail and a blind batch take the same way; they differ in the envelope alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.mailings.rendering import Press
from eventmail.mailings.snapshot import Recipient
from eventmail.outbox import ledger, service
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.wire import (
    Cleared,
    Composed,
    Connection,
    GateRefusal,
    Kind,
    NotAllowedHere,
    Outcome,
    Result,
    Unwritable,
)

NO_LONGER = "承認のあとに辞退・変更されたため、送信を見合わせました。"
TOO_MANY_RECIPIENTS = 452  # RFC 5321, section 4.5.3.1.10: send the rest in another transaction


class Halt(Exception):
    """Nothing more of this mailing may leave. ``rule`` names why in the audit."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(rule)
        self.rule, self.sentence = rule, sentence


@dataclass(frozen=True, slots=True)
class Job:
    """One snapshot on the press, and the worker's name on its claims.

    ``batch_token`` and ``started_at`` name and date the one mail of a blind batch: whichever
    transaction a recipient is in, its bytes are the same.
    """

    database: Database
    snapshot: Snapshot
    press: Press
    worker: str
    recipients: dict[int, Recipient]
    batch_size: int
    batch_token: str
    started_at: datetime


def transact(job: Job, connection: Connection, ids: Sequence[int]) -> bool:
    """Send one mail for these claimed deliveries. True if there is no going on: lost or halted."""
    with job.database.reading() as session:
        deliveries = [session.get_one(Delivery, delivery_id) for delivery_id in ids]
        halted = service.is_halted(session, job.snapshot)
        welcome = [d for d in deliveries if not halted and service.still_welcome(session, d)]
    staying = [each.id for each in deliveries if each not in welcome]
    if staying:
        with job.database.writing() as session:
            why = service.STOPPED if halted else NO_LONGER
            ledger.withhold(session, staying, job.worker, why)
    if not welcome:
        return halted
    composed, cleared = _make(job, welcome)
    with job.database.writing() as session:
        numbers = [each.id for each in welcome]
        attempts = ledger.hand_over(session, numbers, job.worker, composed.digest, composed.head)
    if not attempts:
        return False
    outcome = _send(job, connection, cleared, attempts)
    with job.database.writing() as session:
        service.hold_fates(session, job.snapshot)
        for attempt, result in zip(attempts, outcome.results, strict=True):
            _settle(session, job, attempt, result, outcome)
    return any(each.kind in (Kind.UNCERTAIN, Kind.NOT_SENT) for each in outcome.results)


def _send(
    job: Job, connection: Connection, cleared: Cleared, attempts: Sequence[Attempt]
) -> Outcome:
    try:
        return connection.send(cleared)
    except NotAllowedHere as error:
        with job.database.writing() as session:
            for each in attempts:
                withheld = DeliveryState.WITHHELD
                ledger.settle(session, each.delivery_id, each.id, withheld, text=error.message_ja)
        raise Halt("not_allowed_here", error.message_ja) from error


def _make(job: Job, deliveries: Sequence[Delivery]) -> tuple[Composed, Cleared]:
    try:
        return _pressed(job, deliveries)
    except Unwritable as error:
        raise Halt("unwritable", f"{error.message_ja}残りは送信していません。") from error
    except GateRefusal as refusal:
        raise Halt(
            refusal.rule, f"送信ゲートが止めました。{refusal.message_ja}残りは送信していません。"
        ) from refusal


def _pressed(job: Job, deliveries: Sequence[Delivery]) -> tuple[Composed, Cleared]:
    press = job.press
    if deliveries[0].first_copy:
        composed = press.compose_first_copy(deliveries[0].token, _now())
        return composed, press.clear_first_copy(composed)
    recipients = [job.recipients[each.contact_id] for each in deliveries if each.contact_id]
    if press.content.is_batch:
        composed, batch = press.compose_batch(recipients, job.batch_token, job.started_at)
        return composed, press.clear_batch(composed, batch)
    (recipient,) = recipients
    composed = press.compose(recipient, deliveries[0].token, _now())
    return composed, press.clear(composed, recipient)


def _now() -> datetime:
    # Whole seconds: that is all a Date header can say.
    return clock.now().replace(microsecond=0)


def _settle(session: Session, job: Job, attempt: Attempt, result: Result, outcome: Outcome) -> None:
    state, due_at = _fate(result, attempt.number, outcome)
    if state in ledger.OPEN and service.is_halted(session, job.snapshot):
        state, due_at = DeliveryState.WITHHELD, None
    ledger.settle(
        session,
        attempt.delivery_id,
        attempt.id,
        state,
        outcome=result.kind.value,
        code=result.reply.code or None,
        text=result.reply.text,
        due_at=due_at,
    )


def _fate(result: Result, tries: int, outcome: Outcome) -> tuple[DeliveryState, datetime | None]:
    if result.reply.code == TOO_MANY_RECIPIENTS and outcome.kind is Kind.ACCEPTED:
        return DeliveryState.QUEUED, clock.now()  # others got through: these go at once, next
    if result.kind is Kind.DEFERRED:
        due_at = ledger.next_try(tries)
        return (DeliveryState.DEFERRED if due_at else DeliveryState.REFUSED), due_at
    if result.kind is Kind.NOT_SENT:
        due_at = ledger.next_try(tries)
        return (DeliveryState.QUEUED if due_at else DeliveryState.REFUSED), due_at
    table = {
        Kind.ACCEPTED: DeliveryState.ACCEPTED,
        Kind.REFUSED: DeliveryState.REFUSED,
        Kind.UNCERTAIN: DeliveryState.UNCERTAIN,
    }
    return table[result.kind], None
