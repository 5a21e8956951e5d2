"""Raising alerts, showing them, and noting that somebody sees to them."""

from __future__ import annotations

import secrets
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts.models import Alert
from eventmail.audit.service import record
from eventmail.database import Asked
from eventmail.errors import NotFound
from eventmail.offices.models import Mailbox
from eventmail.offices.permissions import Action, Actor


def raise_alert(
    session: Session, mailbox: Mailbox, kind: str, subject: str, sentence: str
) -> Alert:
    """Tell the office of ``mailbox``: on every page at once, and by mail to that mailbox.

    ``subject`` names the thing as ``kind:id``. The sentence never repeats an address: whoever may
    read it need not be allowed to see that.
    """
    now = clock.now()
    alert = Alert(
        office_id=mailbox.office_id,
        mailbox_id=mailbox.id,
        kind=kind,
        subject=subject,
        sentence=sentence[:500],
        raised_at=now,
        due_at=now,
        token=secrets.token_hex(16),
    )
    session.add(alert)
    session.flush()
    record(session, "alert.raised", f"alert:{alert.id}", office_id=alert.office_id, about=subject)
    return alert


def open_alerts(session: Session, actor: Actor) -> list[Alert]:
    """The alerts of the office to which nobody has seen yet, newest first."""
    return list(session.scalars(_open(), {"office": actor.office.id}))


@lru_cache(maxsize=1)
def _open() -> sa.Select[Alert]:
    """Built once: building it takes longer than asking it, and every page asks it."""
    office: Asked = sa.bindparam("office")
    query = sa.select(Alert).where(Alert.office_id == office, Alert.seen_at.is_(None))
    return query.order_by(Alert.id.desc())


def see_to(session: Session, actor: Actor, alert_id: int) -> Alert:
    """Note who sees to an alert; it leaves the pages. A second click changes nothing."""
    actor.require(Action.SEE_TO_ALERT)
    alert = session.scalar(
        sa.select(Alert)
        .where(Alert.id == alert_id, Alert.office_id == actor.office.id)
        .with_for_update()
    )
    if alert is None:
        raise NotFound
    if alert.seen_at is None:
        alert.seen_by, alert.seen_at = actor.id, clock.now()
        record(
            session,
            "alert.seen_to",
            f"alert:{alert.id}",
            office_id=alert.office_id,
            staff_id=actor.id,
        )
    return alert
