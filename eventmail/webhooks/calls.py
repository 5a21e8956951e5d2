"""A call as it is filed: its number, and the bytes that it will say at each try."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.webhooks import signing
from eventmail.webhooks.models import CallState, Webhook, WebhookCall


class News(Struct):
    """What the body of every call looks like."""

    type: str
    timestamp: datetime
    data: Any


def add(
    session: Session, webhook: Webhook, kind: str, data: Struct, at: datetime, event_id: int | None
) -> WebhookCall:
    """File one call, due at once."""
    now = clock.now()
    news = News(kind, at.astimezone(UTC), data)
    made = WebhookCall(
        office_id=webhook.office_id,
        webhook_id=webhook.id,
        event_id=event_id,
        token=signing.new_id(),
        kind=kind,
        body=msgspec.json.encode(news).decode(),
        state=CallState.QUEUED,
        made_at=now,
        due_at=now,
    )
    session.add(made)
    return made


def page_of(mailing_id: int) -> str:
    """Where staff see a mailing."""
    return f"/mailings/{mailing_id}"
