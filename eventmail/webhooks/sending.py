"""Makes the calls that are due. A call is claimed and committed before it is made.

What a worker had in hand that died comes up again when its time has passed: a receiver may be told
twice, under the same number, but it is told. Nobody is called from a locked copy of the database,
for an office that has stopped everything, or about an event that is erased.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, tracing
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.erased import EventErasure
from eventmail.offices.models import Office
from eventmail.sealing import Sealer, Unsealable
from eventmail.sendlock import service as sendlock
from eventmail.webhooks import contacts, filing, service, settled, signing
from eventmail.webhooks.calling import Answer, Fault, call
from eventmail.webhooks.kinds import TEST
from eventmail.webhooks.marks import IS_ON
from eventmail.webhooks.models import CallState, OffWhy, Webhook, WebhookCall
from eventmail.webhooks.service import WAITING
from eventmail.webhooks.targets import Target

log = logging.getLogger(__name__)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# A little more than three days in all, as the specification advises.
WAITS = (
    *(MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
    *(10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
RESTS = 10 * MINUTE  # nobody else calls a receiver that could not be reached
LEASE = 2 * MINUTE  # longer than any call
BUDGET = 40.0  # seconds of one visit
KEPT = timedelta(days=30)
GONE = 410
AWAY = frozenset({Fault.NAME, Fault.CONNECT, Fault.TIMEOUT, Fault.TLS})
NOT_NAMED, SEALED = "not_named", "sealed"  # why a call could not even be made


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed call: where it goes, signed, and the number of this try. Or why it cannot go."""

    call_id: int
    attempt: int
    target: Target | None = None
    headers: dict[str, str] | None = None
    body: bytes = b""
    obstacle: str = ""


def visit(database: Database, settings: Settings) -> None:
    """File what is new, make what is due, forget what is old."""
    if _nobody(database):
        return
    filing.note(database)
    settled.note(database)
    until = time.monotonic() + BUDGET
    while time.monotonic() < until:
        ready = _claim(database, settings)
        if ready is None:
            break
        make(database, ready)
    _forget(database)


def make(database: Database, ready: Ready) -> Answer | None:
    """Make one call and write down what came of it; None where it could not be made at all."""
    answer = None
    if ready.target is not None and ready.headers is not None:
        answer = call(ready.target, ready.headers, ready.body)
    reply = ready.obstacle if answer is None else (answer.fault or "")
    with database.writing() as session:
        _settle(session, ready, answer, str(reply))
    log.info(
        "a webhook was called",
        extra=tracing.facts(
            webhook_call=ready.call_id,
            status=answer.status if answer else None,
            fault=str(reply) or None,
        ),
    )
    return answer


def prepare(session: Session, settings: Settings, webhook: Webhook, one: WebhookCall) -> Ready:
    """Claim a call that is held, and sign it for now."""
    one.state, one.due_at = CallState.CLAIMED, clock.now() + LEASE
    one.attempts += 1
    session.flush()
    try:
        target = Target.parse(webhook.url, settings.webhook_hosts)
        secret = Sealer.of(settings).open(webhook.sealed, webhook.place)
    except UserError:  # the administrator has taken the server away
        return Ready(one.id, one.attempts, obstacle=NOT_NAMED)
    except Unsealable:
        return Ready(one.id, one.attempts, obstacle=SEALED)
    body = contacts.body_of(session, webhook, one)
    signed = signing.headers(secret, one.token, clock.now(), body)
    return Ready(one.id, one.attempts, target, signed, body)


def _nobody(database: Database) -> bool:
    """Whether nobody is to be called: no webhook was ever made, or all sending is locked."""
    with database.reading() as session:
        if session.scalar(sa.select(Webhook.id).limit(1)) is None:
            return True
        return sendlock.current(session) is not None


def _claim(database: Database, settings: Settings) -> Ready | None:
    with database.writing() as session:
        query = _due().order_by(WebhookCall.due_at, WebhookCall.id).limit(1)
        one = session.scalar(query.with_for_update(skip_locked=True, of=WebhookCall))
        if one is None:
            return None
        return prepare(session, settings, session.get_one(Webhook, one.webhook_id), one)


def _due() -> sa.Select[WebhookCall]:
    now = clock.now()
    erased = sa.exists().where(EventErasure.event_id == WebhookCall.event_id)
    return (
        sa.select(WebhookCall)
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .join(Office, Office.id == WebhookCall.office_id)
        .where(
            WebhookCall.state.in_(WAITING),
            WebhookCall.due_at <= now,
            IS_ON,
            sa.or_(Webhook.rest_until.is_(None), Webhook.rest_until <= now),
            Office.stopped_at.is_(None),
            ~erased,
            sa.not_(sendlock.IS_LOCKED),
        )
    )


def _settle(session: Session, ready: Ready, answer: Answer | None, reply: str) -> None:
    """The webhook is locked first, as by whoever switches it off."""
    owner = sa.select(WebhookCall.webhook_id).where(WebhookCall.id == ready.call_id)
    query = sa.select(Webhook).where(Webhook.id == owner.scalar_subquery())
    webhook = session.scalars(query.with_for_update()).one_or_none()
    one = session.get(WebhookCall, ready.call_id, with_for_update=True)
    if webhook is None or one is None or one.attempts != ready.attempt:
        return  # it was erased, or another worker has it by now
    one.status = answer.status if answer else None
    one.reply = reply
    if one.state is not CallState.CLAIMED:
        return  # dropped meanwhile; what the receiver said stays to be read
    if answer is not None and answer.is_good:
        one.state, one.settled_at, webhook.rest_until = CallState.ACCEPTED, clock.now(), None
        return
    _fail(session, webhook, one, answer)


def _fail(session: Session, webhook: Webhook, one: WebhookCall, answer: Answer | None) -> None:
    now = clock.now()
    over = one.kind == TEST or one.attempts > len(WAITS)
    gone = one.status == GONE
    if not over and not gone:
        wait = WAITS[one.attempts - 1]
        one.state, one.due_at = CallState.QUEUED, now + wait
        if answer is not None and answer.fault in AWAY:
            webhook.rest_until = now + min(wait, RESTS)
        return
    one.state, one.settled_at = CallState.REFUSED, now
    session.flush()
    if one.kind != TEST and webhook.off_at is None:
        service.turn_off(session, webhook, OffWhy.GONE if gone else OffWhy.FAILED, None)


def _forget(database: Database) -> None:
    """Old calls go, whatever became of them."""
    before = clock.now() - KEPT
    with database.reading() as session:
        old = sa.select(WebhookCall.id).where(WebhookCall.made_at < before).limit(1)
        if session.scalar(old) is None:
            return
    with database.writing() as session:
        session.execute(
            sa.delete(WebhookCall)
            .where(WebhookCall.made_at < before)
            .execution_options(synchronize_session=False)
        )
