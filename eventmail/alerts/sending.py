"""The alert's mail: from the office's mailbox to itself, through composer and gate like any."""

from __future__ import annotations

import logging
from datetime import timedelta

import sqlalchemy as sa

from eventmail import clock
from eventmail.alerts import posting
from eventmail.alerts.models import Alert, AlertMail
from eventmail.alerts.posting import RelayOf
from eventmail.alerts.wording import words_of
from eventmail.clock import japanese_moment
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.offices.models import Mailbox
from eventmail.wire import (
    Cleared,
    Connection,
    GateRefusal,
    Kind,
    NotAllowedHere,
    Relay,
    RelayUnavailable,
)

log = logging.getLogger(__name__)

WAIT = timedelta(minutes=5)
MOST_ATTEMPTS = 24
AT_ONCE = 20
_FATES = {
    Kind.ACCEPTED: AlertMail.ACCEPTED,
    Kind.DEFERRED: AlertMail.QUEUED,
    Kind.NOT_SENT: AlertMail.QUEUED,
    Kind.REFUSED: AlertMail.REFUSED,
    Kind.UNCERTAIN: AlertMail.UNCERTAIN,
}


def send_due(database: Database, relay_of: RelayOf) -> None:
    """Mail the alerts that are due, each through its office's relay.

    A relay that is down is no reason to lose one: it waits.
    """
    with database.reading() as session:
        offices = posting.by_relay(session, _due().with_only_columns(Alert.office_id), relay_of)
    for relay, office_ids in offices.items():
        _send_through(database, relay, _claim(database, office_ids))


def _send_through(database: Database, relay: Relay, ids: list[int]) -> None:
    if not ids:
        return
    try:
        with Connection(relay) as connection:
            for alert_id in ids:
                _try(database, connection, alert_id)
    except (RelayUnavailable, NotAllowedHere) as error:
        log.warning("the mail of an alert has to wait: %s", type(error).__name__)
        _give_back(database, ids, error.message_ja)


def _due() -> sa.Select[int]:
    """What is due, and what a dead worker left claimed: twice to ourselves is harmless."""
    waits = Alert.mail.in_((AlertMail.QUEUED, AlertMail.CLAIMED))
    return sa.select(Alert.id).where(waits, Alert.due_at <= clock.now())


def _claim(database: Database, office_ids: list[int]) -> list[int]:
    now = clock.now()
    due = (
        _due()
        .where(Alert.office_id.in_(office_ids))
        .order_by(Alert.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with database.writing() as session:
        taken = session.execute(
            sa.update(Alert)
            .where(Alert.id.in_(due))
            .values(mail=AlertMail.CLAIMED, due_at=now + WAIT, attempts=Alert.attempts + 1)
            .returning(Alert.id)
            .execution_options(synchronize_session=False)
        )
        return sorted(taken.scalars())


def _try(database: Database, connection: Connection, alert_id: int) -> None:
    """Send one; if its mail cannot even be made, the others go all the same."""
    try:
        _send(database, connection, alert_id)
    except (RelayUnavailable, NotAllowedHere):
        raise
    except Exception as error:
        log.exception("the mail of alert %s could not be made", alert_id)
        _settle(database, alert_id, AlertMail.QUEUED, type(error).__name__)


def _send(database: Database, connection: Connection, alert_id: int) -> None:
    with database.reading() as session:
        alert = session.get_one(Alert, alert_id)
        box = session.get_one(Mailbox, alert.mailbox_id)
        known = events.known_addresses(session, alert.office_id)
    try:
        cleared = _cleared(alert, box, known)
    except GateRefusal as refusal:  # no address may travel in an alert either
        _settle(database, alert_id, AlertMail.REFUSED, refusal.message_ja)
        return
    (result,) = connection.send(cleared).results
    reply = f"{result.reply.code or ''} {result.reply.text}".strip()
    _settle(database, alert_id, _FATES[result.kind], reply)


def _cleared(alert: Alert, box: Mailbox, known: frozenset[str]) -> Cleared:
    """The notice; it may name nobody's address but the office's own."""
    number = alert.mailing_id or alert.id
    when = japanese_moment(alert.raised_at)
    words = words_of(alert.kind)
    body = words.body.format(when=when, what=alert.sentence, number=number)
    return posting.cleared(box, box.email, words.subject, body, alert.token, alert.raised_at, known)


def _settle(database: Database, alert_id: int, fate: AlertMail, reply: str) -> None:
    with database.writing() as session:
        alert = session.get_one(Alert, alert_id)
        tired = fate is AlertMail.QUEUED and alert.attempts >= MOST_ATTEMPTS
        alert.mail = AlertMail.REFUSED if tired else fate
        alert.reply = reply[:500]


def _give_back(database: Database, ids: list[int], reason: str) -> None:
    with database.writing() as session:
        session.execute(
            sa.update(Alert)
            .where(Alert.id.in_(ids), Alert.mail == AlertMail.CLAIMED)
            .values(mail=AlertMail.QUEUED, reply=reason[:500])
            .execution_options(synchronize_session=False)
        )
