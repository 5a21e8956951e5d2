"""Whose the mails of a call are: put in as it is made, and kept nowhere.

So what is stored names nobody, an erasure is over at once, and what the office allows holds for
every try.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.service import record
from eventmail.mailings.models import SnapshotRecipient
from eventmail.outbox.models import Delivery
from eventmail.webhooks import allowing
from eventmail.webhooks.kinds import OF_DELIVERIES
from eventmail.webhooks.models import Webhook, WebhookCall


def body_of(session: Session, webhook: Webhook, call: WebhookCall) -> bytes:
    """What the call says now: with names and addresses only where both have it so."""
    if not _are_told(session, webhook, call):
        return call.body.encode()
    news = msgspec.json.decode(call.body)
    mails = news["data"]["deliveries"]
    known = _contacts(session, [each["id"] for each in mails])
    for each in mails:
        if each["id"] in known:
            each["contact"] = known[each["id"]]
    if known:
        _note(session, webhook, call, len(known))
    return msgspec.json.encode(news)


def _are_told(session: Session, webhook: Webhook, call: WebhookCall) -> bool:
    asks = webhook.contacts and call.kind in OF_DELIVERIES
    return asks and allowing.is_allowed(session, webhook.office_id)


def _contacts(session: Session, ids: list[int]) -> dict[int, dict[str, str]]:
    """Of each mail the recipient as it was approved; of who was erased nothing."""
    person = SnapshotRecipient
    query = (
        sa.select(Delivery.id, person.company, person.name, person.address)
        .join(
            person,
            sa.and_(
                person.snapshot_id == Delivery.snapshot_id,
                person.contact_id == Delivery.contact_id,
            ),
        )
        .where(Delivery.id.in_(ids), person.address != "")
    )
    return {
        key: {"company": company, "name": name, "email": address}
        for key, company, name, address in session.execute(query)
    }


def _note(session: Session, webhook: Webhook, call: WebhookCall, count: int) -> None:
    """Written down before anything leaves."""
    record(
        session,
        "webhook.contacts_told",
        f"webhook:{webhook.id}",
        office_id=webhook.office_id,
        name=webhook.name,
        contacts=count,
        code=call.token,
    )
