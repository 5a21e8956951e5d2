"""How fast mails may go to the relay: limits that all workers on all machines share.

They stand in two small tables. A connection is a slot with a lease; the rate is one time, when the
next mail is due (generic cell rate algorithm). After a setback nobody sends for a growing while;
after refused credentials nobody signs in again until a person says so or the settings change.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import insert_new
from eventmail.outbox import statements
from eventmail.outbox.ledger import LEASE
from eventmail.outbox.models import RelayPace, RelaySlot
from eventmail.outbox.returns import Returns
from eventmail.wire import Relay

CONNECTIONS = 8
LANES = 4
BURST = timedelta(seconds=1)
SLOW = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900))
LOST = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 300))
DOWN = tuple(timedelta(seconds=seconds) for seconds in (60, 60, 120, 300))

STILL_TRYING = timedelta(minutes=10)  # twice the longest wait: as long as a mail is due


@dataclass(frozen=True, slots=True)
class Policy:
    """The relay's name in the tables, and the limits of this installation.

    ``connections`` counts those of all workers, ``lanes`` those of one process; ``per_minute``
    counts mails (a blind batch is one); ``lease``: how long a worker that fell silent keeps its
    claims and its connection. ``returns``: the envelope senders, where each mail has its own.
    """

    place: str
    connections: int = CONNECTIONS
    lanes: int = LANES
    per_minute: int | None = None
    lease: timedelta = LEASE
    returns: Returns | None = None


def place_of(relay: Relay, secret: str = "") -> str:
    """The relay's name: server and a mark of its credentials, so that new ones start afresh."""
    signed = f"{relay.username}\0{relay.password}".encode()
    mark = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()[:12]
    return f"{relay.place} {mark}" if relay.username else relay.place


def take_slot(session: Session, policy: Policy, holder: str) -> bool:
    """Take one of the relay's connections. False if all workers together hold all of them."""
    _pace(session, policy.place, lock=True)
    now = clock.now()
    session.execute(
        sa.delete(RelaySlot).where(RelaySlot.place == policy.place, RelaySlot.lease_until < now)
    )
    query = sa.select(RelaySlot.number).where(RelaySlot.place == policy.place)
    free = set(range(1, policy.connections + 1)) - set(session.scalars(query))
    if not free:
        return False
    until = now + policy.lease
    session.add(RelaySlot(place=policy.place, number=min(free), holder=holder, lease_until=until))
    return True


def free_slot(session: Session, policy: Policy, holder: str) -> None:
    """Give a connection back."""
    session.execute(
        sa.delete(RelaySlot).where(RelaySlot.place == policy.place, RelaySlot.holder == holder)
    )


def keep_slots(session: Session, policy: Policy, holders: list[str]) -> None:
    """Stretch the leases of connections in use."""
    session.execute(
        sa.update(RelaySlot)
        .where(RelaySlot.place == policy.place, RelaySlot.holder.in_(holders))
        .values(lease_until=clock.now() + policy.lease)
        .execution_options(synchronize_session=False)
    )


def allow(session: Session, policy: Policy, wanted: int) -> int:
    """How many of ``wanted`` mails may go now; they count as gone."""
    session.flush()
    state = session.connection().execute(statements.PACE, {"place": policy.place}).one_or_none()
    now = clock.now()
    if state and (state.blocked_at or (state.slow_until and state.slow_until > now)):
        return 0
    if policy.per_minute is None:
        return wanted
    pace = _pace(session, policy.place, lock=True)
    # The burst counts as well: no minute sees more than it may.
    interval = (timedelta(minutes=1) + BURST) / policy.per_minute
    start = max(pace.next_at or now, now)
    room = int((now + BURST - start) / interval) + 1 if start <= now + BURST else 0
    granted = min(wanted, room)
    pace.next_at = start + granted * interval
    return granted


def resting_until(session: Session, policy: Policy) -> datetime | None:
    """Until when nothing may go to the relay; None if it may now (or never: :func:`blocked`)."""
    pace = session.get(RelayPace, policy.place)
    until = pace.slow_until if pace else None
    return until if until and until > clock.now() else None


def next_mail_at(session: Session, policy: Policy) -> datetime:
    """When the next mail may go."""
    pace = _pace(session, policy.place)
    return max(pace.next_at or clock.now(), pace.slow_until or clock.now())


def set_back(session: Session, policy: Policy, waits: tuple[timedelta, ...]) -> datetime:
    """The relay asked to slow down, or is away: when the next try is, longer each time."""
    pace = _pace(session, policy.place, lock=True)
    now = clock.now()
    if not pace.slow_until or pace.slow_until <= now:
        pace.setbacks += 1  # several connections see one and the same setback
        pace.slow_until = now + waits[min(pace.setbacks, len(waits)) - 1]
    return pace.slow_until


def away(session: Session, policy: Policy) -> None:
    """The relay cannot be reached: since now, unless it could not a moment ago either."""
    pace = _pace(session, policy.place, lock=True)
    tried = pace.slow_until is not None and pace.slow_until > clock.now() - STILL_TRYING
    if pace.down_since is None or not tried:
        pace.down_since = clock.now()


def went_well(session: Session, policy: Policy) -> None:
    """The relay takes mails again: the next setback starts from the beginning."""
    session.connection().execute(statements.WENT_WELL, {"relay": policy.place, "now": clock.now()})


def block(session: Session, policy: Policy, sentence: str) -> bool:
    """The relay refuses our credentials: nobody tries again. Returns whether this is news."""
    pace = _pace(session, policy.place, lock=True)
    news = pace.blocked_at is None
    if news:
        pace.blocked_at, pace.sentence = clock.now(), sentence[:500]
    return news


def unblock(session: Session, place: str) -> None:
    """A person has seen to the credentials: try again."""
    pace = _pace(session, place, lock=True)
    pace.blocked_at = pace.slow_until = pace.down_since = None
    pace.setbacks, pace.sentence = 0, ""


def blocked(session: Session, place: str) -> str:
    """Why nothing is sent to a relay until a person acts; empty if that is not so."""
    pace = session.get(RelayPace, place)
    return pace.sentence if pace is not None and pace.blocked_at else ""


def _pace(session: Session, place: str, *, lock: bool = False) -> RelayPace:
    found = session.get(RelayPace, place, with_for_update=lock, populate_existing=lock)
    if found is None:
        insert_new(session, RelayPace, {"place": place, "setbacks": 0, "sentence": ""})
        found = session.get_one(RelayPace, place, with_for_update=lock)
    return found
