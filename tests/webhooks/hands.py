"""A webhook in a test's hands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.offices.permissions import Actor
from eventmail.webhooks import sending, service
from eventmail.webhooks.kinds import KINDS
from eventmail.webhooks.models import Webhook, WebhookCall
from eventmail.webhooks.service import Wanted


@dataclass(frozen=True)
class Hook:
    """One webhook, its installation, and its secret."""

    database: Database
    settings: Settings
    id: int
    secret: str

    def visit(self) -> None:
        """What a worker does each minute."""
        sending.visit(self.database, self.settings)

    def now(self) -> Webhook:
        with self.database.reading() as session:
            return session.get_one(Webhook, self.id)

    def calls(self) -> Sequence[WebhookCall]:
        with self.database.reading() as session:
            query = sa.select(WebhookCall).where(WebhookCall.webhook_id == self.id)
            return session.scalars(query.order_by(WebhookCall.id)).all()


def made(
    database: Database,
    actor: Actor,
    settings: Settings,
    url: str,
    kinds: Collection[str] = tuple(KINDS),
    *,
    contacts: bool = False,
) -> tuple[Webhook, str]:
    with database.writing() as session:
        return service.make(session, actor, settings, Wanted("統計システム", url, kinds, contacts))


def the_call(hook: Hook) -> WebhookCall:
    """The only one there is."""
    (found,) = hook.calls()
    return found
