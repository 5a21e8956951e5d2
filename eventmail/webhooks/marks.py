"""Where a webhook begins: what was before it was there, or while it was off, it is not told."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.models import AuditHead
from eventmail.outbox.models import Attempt
from eventmail.webhooks.models import Webhook, WebhookDoubt, WebhookMark

ATTEMPTS = "attempts"
IS_ON = Webhook.off_at.is_(None)


def attempts(session: Session) -> WebhookMark:
    """The mark of all mails that were handed over, held: one worker at a time moves it."""
    return session.get_one(WebhookMark, ATTEMPTS, with_for_update=True, populate_existing=True)


def begin(session: Session) -> None:
    """Before the first webhook is on, nobody has moved the mark."""
    mark = attempts(session)
    if session.scalar(sa.select(Webhook.id).where(IS_ON).limit(1)) is None:
        to_the_end(session, mark)


def to_the_end(session: Session, mark: WebhookMark) -> None:
    """Nothing of what there is by now is told."""
    mark.last_id = session.scalar(sa.select(sa.func.max(Attempt.id))) or 0
    session.execute(sa.delete(WebhookDoubt))
    session.flush()


def all_to_the_end(session: Session) -> None:
    """The rows come from elsewhere, where all of this may have been told."""
    to_the_end(session, attempts(session))
    for webhook in session.scalars(sa.select(Webhook).where(IS_ON).with_for_update()):
        webhook.audit_mark = end_of_chain(session, webhook.office_id)
    session.flush()


def end_of_chain(session: Session, office_id: int) -> int:
    """The newest link of the office's acts; those that wait to be linked come before it."""
    head = session.get(AuditHead, office_id, populate_existing=True)
    return (head.number or head.older) if head is not None else 0
