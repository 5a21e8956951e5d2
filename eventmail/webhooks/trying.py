"""A real call while somebody waits for it: once, whether the webhook is on or off."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.models import Office
from eventmail.offices.permissions import Actor
from eventmail.sendlock import service as sendlock
from eventmail.webhooks import sending, service
from eventmail.webhooks.calls import add
from eventmail.webhooks.kinds import TEST
from eventmail.webhooks.models import Webhook, WebhookCall
from eventmail.webhooks.shapes import TestNews
from eventmail.webhooks.wording import outcome

MOST, WITHIN = 10, timedelta(minutes=10)
TOO_MANY = said(
    "続けて試せるのは{most}回までです。10分ほど待ってから、もう一度試してください。", most=MOST
)
STOPPED = said(
    "所の送信をすべて止めているため、呼び出していません。再開してから、もう一度試してください。"
)


def try_now(
    database: Database, settings: Settings, actor: Actor, webhook_id: int
) -> tuple[bool, str]:
    """Whether the receiver took it, and why. Raises :class:`UserError` if no call is made."""
    with database.writing() as session:
        webhook = service.get(session, actor, webhook_id, lock=True)
        _require_free(session, webhook)
        made = add(session, webhook, TEST, TestNews(webhook.id), clock.now(), None)
        session.flush()
        ready = sending.prepare(session, settings, webhook, made)
        about = f"webhook:{webhook.id}"
        owner = {"office_id": webhook.office_id, "staff_id": actor.id}
        record(session, "webhook.tested", about, name=webhook.name, **owner)
    answer = sending.make(database, ready)
    with database.reading() as session:
        found = session.get_one(WebhookCall, ready.call_id)
    return answer is not None and answer.is_good, outcome(found)


def _require_free(session: Session, webhook: Webhook) -> None:
    if webhook.ended_at is not None:
        raise UserError(service.ENDED)
    sendlock.require_unlocked(session)
    if session.get_one(Office, webhook.office_id).stopped_at is not None:
        raise UserError(STOPPED)
    lately = sa.select(sa.func.count()).where(
        WebhookCall.webhook_id == webhook.id,
        WebhookCall.kind == TEST,
        WebhookCall.made_at > clock.now() - WITHIN,
    )
    if session.scalars(lately).one() >= MOST:
        raise UserError(TOO_MANY)
