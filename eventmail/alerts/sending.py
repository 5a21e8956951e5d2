"""The alert's mail: from the office's mailbox to itself, through composer and gate like any."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from eventmail.alerts import postbag, posting
from eventmail.alerts.models import Alert, AlertMail
from eventmail.alerts.postbag import Bag
from eventmail.alerts.posting import RelayOf
from eventmail.alerts.wording import words_of
from eventmail.clock import japanese_moment
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.offices.models import Mailbox
from eventmail.wire import Cleared

WAIT = timedelta(minutes=5)
MOST_ATTEMPTS = 24
AT_ONCE = 20


def send_due(database: Database, relay_of: RelayOf) -> None:
    """Mail the alerts that are due: twice to ourselves is harmless, and none is lost."""
    postbag.send_due(database, relay_of, BAG)


def _make(session: Session, alert: Alert) -> Cleared:
    box = session.get_one(Mailbox, alert.mailbox_id)
    return _cleared(alert, box, events.known_addresses(session, alert.office_id))


def _is_tired(alert: Alert) -> bool:
    return alert.attempts >= MOST_ATTEMPTS


BAG = Bag(
    called="the mails of alerts",
    table=Alert,
    states=AlertMail,
    make=_make,
    tired=_is_tired,
    waits=(WAIT,),
    at_once=AT_ONCE,
    column="mail",
    patient=True,
)


def _cleared(alert: Alert, box: Mailbox, known: frozenset[str]) -> Cleared:
    """The notice; it may name nobody's address but the office's own."""
    number = alert.mailing_id or alert.id
    when = japanese_moment(alert.raised_at)
    words = words_of(alert.kind)
    body = words.body.format(when=when, what=alert.sentence, number=number)
    return posting.cleared(box, box.email, words.subject, body, alert.token, alert.raised_at, known)
