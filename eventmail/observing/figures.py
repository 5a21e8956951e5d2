"""How things stand now, read from the database in a few short queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.models import AuditCheck, AuditHead
from eventmail.observing.models import Trouble
from eventmail.outbox import limits
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch, RelayPace
from eventmail.roster.models import AT_WORK, RosterImport
from eventmail.webhooks.models import WebhookCall
from eventmail.webhooks.service import WAITING


def deliveries(session: Session) -> dict[str, int]:
    """The mails of sendings that go on, by state; uncertain ones of every sending.

    Sendings are ended within days, so these are few among the mails of all years.
    """
    query = (
        sa.select(Delivery.state, sa.func.count())
        .where(Delivery.snapshot_id.in_(_going_on()))
        .group_by(Delivery.state)
    )
    counts = {state: count for state, count in session.execute(query)}
    everywhere = sa.select(sa.func.count()).select_from(Delivery).where(is_uncertain())
    counts[DeliveryState.UNCERTAIN] = session.scalars(everywhere).one()
    return {state.value: counts.get(state, 0) for state in DeliveryState}


def _going_on() -> sa.Select[int]:
    """Sendings that are not over. As a list, which is gone through by the index: of a join SQLite
    would rather read all mails of all years.
    """
    return sa.select(Dispatch.snapshot_id).where(Dispatch.finished_at.is_(None))


def is_uncertain() -> sa.ColumnElement[bool]:
    """As the index of these few is written: with a parameter PostgreSQL would not use it."""
    return Delivery.state == sa.literal_column("'uncertain'")


def oldest_import(session: Session) -> datetime | None:
    """Since when the roster waits that no worker has taken up."""
    now = clock.now()
    free = sa.or_(RosterImport.lease.is_(None), RosterImport.lease < now)
    query = sa.select(sa.func.min(RosterImport.uploaded_at))
    return session.scalar(query.where(RosterImport.state.in_(AT_WORK), free))


def relays_down(session: Session) -> int:
    """How many relays cannot be reached now, or refuse our credentials."""
    away = sa.or_(is_down(), RelayPace.blocked_at.is_not(None))
    return session.scalars(sa.select(sa.func.count()).select_from(RelayPace).where(away)).one()


def is_down() -> sa.ColumnElement[bool]:
    """Whether a relay cannot be reached, and is still tried: where nothing is due, nobody does."""
    tried = RelayPace.slow_until > clock.now() - limits.STILL_TRYING
    return sa.and_(RelayPace.down_since.is_not(None), tried)


def chains(session: Session) -> tuple[int, datetime | None]:
    """How many of the audit's chains are broken, and when the one was verified that was longest
    ago.
    """
    query = sa.select(
        sa.func.coalesce(sa.func.sum(sa.case((AuditCheck.fault != "", 1), else_=0)), 0),
        sa.func.min(AuditCheck.at),
    ).where(AuditCheck.id.in_(newest_checks()))
    broken, oldest = session.execute(query).one()
    return int(broken), oldest


def newest_checks() -> sa.Select[int]:
    """The newest check of each chain."""
    newest = (
        sa.select(sa.func.max(AuditCheck.id))
        .where(AuditCheck.chain == AuditHead.chain)
        .scalar_subquery()
    )
    return sa.select(newest).select_from(AuditHead)


def webhook_calls(session: Session) -> int:
    """How many calls of webhooks are still to be made."""
    query = sa.select(sa.func.count()).select_from(WebhookCall)
    return session.scalars(query.where(WebhookCall.state.in_(WAITING))).one()


def troubles(session: Session) -> dict[str, int]:
    """The troubles that go on, by kind."""
    query = sa.select(Trouble.kind, sa.func.count()).where(Trouble.over_at.is_(None))
    rows: Any = session.execute(query.group_by(Trouble.kind)).all()
    return dict(rows)
