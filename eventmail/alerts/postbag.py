"""The service's own mails wait in tables: taken by one worker, tried, settled, or given back.

A row is claimed and committed before its mail is sent. What a worker left claimed that died comes
up again when its time has passed: it may come twice, but it comes. Before each mail the lock on all
sending is asked for anew: from then on no other leaves, and those left wait as if never tried.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import posting
from eventmail.alerts.posting import RelayOf
from eventmail.database import Database
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.service import Locked
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

QUEUED, CLAIMED, ACCEPTED, REFUSED, UNCERTAIN, DROPPED = (
    *("queued", "claimed", "accepted", "refused", "uncertain"),
    "dropped",
)
FATES = {
    Kind.ACCEPTED: ACCEPTED,
    Kind.DEFERRED: QUEUED,
    Kind.NOT_SENT: QUEUED,
    Kind.REFUSED: REFUSED,
    Kind.UNCERTAIN: UNCERTAIN,
}
LONGEST_REPLY = 500


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mail that was not sent now, and why."""

    state: str
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Bag:
    """One table of mails; its rows have ``office_id``, ``due_at``, ``attempts`` and ``reply``.

    ``make`` makes a row's mail and has it judged, in a session that is ``written`` if it says so.
    ``tired`` says of a row when it is given up; a ``patient`` bag never does so only because the
    relay was away. ``waits`` are between the attempts; ``only`` takes rows out for now.
    """

    called: str
    table: Any
    states: type[enum.StrEnum]
    make: Callable[[Session, Any], Cleared | Fate]
    tired: Callable[[Any], bool]
    waits: tuple[timedelta, ...]
    at_once: int
    column: str = "state"
    written: bool = False
    patient: bool = False
    only: Callable[[], sa.ColumnElement[bool]] = sa.true

    @property
    def state(self) -> Any:
        """The column that says how far a mail is."""
        return getattr(self.table, self.column)


def send_due(database: Database, relay_of: RelayOf, bag: Bag) -> None:
    """Mail what is due, each through its office's relay.

    A relay that is away is no reason to lose one: it waits.
    """
    with database.reading() as session:
        query = _due(bag).with_only_columns(bag.table.office_id)
        offices = posting.by_relay(session, query, relay_of)
    for relay, office_ids in offices.items():
        _send_through(database, relay, _claim(database, office_ids, bag), bag)


def _send_through(database: Database, relay: Relay, ids: list[int], bag: Bag) -> None:
    if not ids:
        return
    try:
        with Connection(relay) as connection:
            for mail_id in ids:
                _try(database, connection, mail_id, bag)
    except (RelayUnavailable, NotAllowedHere) as error:
        log.warning("%s have to wait: %s", bag.called, type(error).__name__)
        _give_back(database, ids, error.message_ja, bag, gives_up=not bag.patient)
    except Locked as error:
        log.warning("%s have to wait: all sending is locked", bag.called)
        _give_back(database, ids, error.message, bag, gives_up=False)


def _due(bag: Bag) -> sa.Select[int]:
    waits = (bag.state.in_((QUEUED, CLAIMED)), bag.table.due_at <= clock.now())
    return sa.select(bag.table.id).where(*waits, bag.only(), sa.not_(sendlock.IS_LOCKED))


def _claim(database: Database, office_ids: list[int], bag: Bag) -> list[int]:
    now = clock.now()
    due = (
        _due(bag)
        .where(bag.table.office_id.in_(office_ids))
        .order_by(bag.table.id)
        .limit(bag.at_once)
        .with_for_update(skip_locked=True)
    )
    with database.writing() as session:
        found = list(session.scalars(due))
        for mail in session.scalars(sa.select(bag.table).where(bag.table.id.in_(found))):
            setattr(mail, bag.column, bag.states(CLAIMED))
            mail.due_at = now + bag.waits[min(mail.attempts, len(bag.waits) - 1)]
            mail.attempts += 1
        return sorted(found)


def _try(database: Database, connection: Connection, mail_id: int, bag: Bag) -> None:
    """Send one; if its mail cannot even be made, the others go all the same."""
    try:
        fate = _send(database, connection, mail_id, bag)
    except (RelayUnavailable, NotAllowedHere, Locked):
        raise
    except Exception as error:
        log.exception("of %s, number %s could not be made", bag.called, mail_id)
        fate = Fate(QUEUED, type(error).__name__)
    _settle(database, mail_id, fate, bag)


def _send(database: Database, connection: Connection, mail_id: int, bag: Bag) -> Fate:
    with database.writing() if bag.written else database.reading() as session:
        sendlock.require_unlocked(session)
        try:
            made = bag.make(session, session.get_one(bag.table, mail_id))
        except GateRefusal as refusal:  # nobody's address travels in a mail of our own either
            return Fate(REFUSED, refusal.message_ja)
    if isinstance(made, Fate):
        return made
    (result,) = connection.send(made).results
    return Fate(FATES[result.kind], f"{result.reply.code or ''} {result.reply.text}".strip())


def _settle(database: Database, mail_id: int, fate: Fate, bag: Bag) -> None:
    with database.writing() as session:
        _set(session.get_one(bag.table, mail_id), fate, bag, gives_up=True)


def _give_back(
    database: Database, ids: list[int], reason: str, bag: Bag, *, gives_up: bool
) -> None:
    """Those not reached wait for their next turn."""
    with database.writing() as session:
        left = sa.select(bag.table).where(bag.table.id.in_(ids), bag.state == CLAIMED)
        for mail in session.scalars(left):
            _set(mail, Fate(QUEUED, reason), bag, gives_up=gives_up)


def _set(mail: Any, fate: Fate, bag: Bag, *, gives_up: bool) -> None:
    over = fate.state == QUEUED and gives_up and bag.tired(mail)
    setattr(mail, bag.column, bag.states(REFUSED if over else fate.state))
    mail.reply = fate.reply[:LONGEST_REPLY]
