"""Slows guessing down: each failure in a row makes the next try wait longer.

Counted by account and by network. A device on which the person signed in before has a counter of
its own instead, so that strangers who guess cannot lock him out (OWASP, "device cookies"). What
the counters name cannot be read from them.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.accounts.models import Throttle
from eventmail.accounts.origin import Origin, digest_of
from eventmail.database import insert_new
from eventmail.language import said

LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)  # after the last failure
FREE_FOR_ACCOUNT, FREE_FOR_NETWORK = 5, 30
NONE = timedelta()


class What(enum.StrEnum):
    """What is guessed. The second step has counters of its own: who is at it has the password."""

    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    SECOND_STEP = "second"


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing that is counted, and how many failures of it cost nothing."""

    key: str
    free: int


def wait_left(session: Session, what: What, login: str, origin: Origin) -> timedelta:
    """How long the next try has to wait; asked before anything that was typed is looked at.

    The counters stay locked to the end of the transaction: tries at once are counted one by one.
    """
    now = clock.now()
    found = _rows(session, _counters(what, login, origin))
    waits = [_wait(each, free) - (now - each.at) for each, free in found]
    return max([NONE, *waits])


def is_waiting(session: Session, what: What, login: str, origin: Origin) -> bool:
    """Whether a try would be refused now. Counts and locks nothing: :func:`wait_left` decides."""
    now, free = clock.now(), {each.key: each.free for each in _counters(what, login, origin)}
    found = session.scalars(sa.select(Throttle).where(Throttle.key.in_(free)))
    return any(_wait(each, free[each.key]) > now - each.at for each in found)


def note_failure(session: Session, what: What, login: str, origin: Origin) -> None:
    """Count one more failure, and forget those of long ago."""
    now = clock.now()
    for row, _ in _rows(session, _counters(what, login, origin)):
        row.failures = 1 if _is_forgotten(row, now) else row.failures + 1
        row.at = now
    session.flush()
    session.execute(sa.delete(Throttle).where(Throttle.at < now - 2 * FORGOTTEN))


def note_success(session: Session, what: What, login: str, origin: Origin) -> None:
    """Begin anew for the person. His network's counter goes on: he may be one of many there."""
    keys = [each.key for each in _counters(what, login, origin) if each.free == FREE_FOR_ACCOUNT]
    session.execute(sa.delete(Throttle).where(Throttle.key.in_(keys)))


def in_words(wait: timedelta) -> str:
    """How long to wait."""
    seconds = max(1, round(wait.total_seconds()))
    if seconds < 60:
        return said("{seconds}秒", seconds=seconds)
    return said("{minutes}分", minutes=-(-seconds // 60))


def _counters(what: What, login: str, origin: Origin) -> Sequence[Counter]:
    account = Counter(f"{what}:account:{digest_of(login)}", FREE_FOR_ACCOUNT)
    if what is not What.SIGN_IN:
        return (account,)  # only somebody who came in so far reaches these
    if origin.device is not None and origin.knows(login):
        key = f"{what}:device:{origin.device.id}:{digest_of(login)}"
        return (Counter(key, FREE_FOR_ACCOUNT),)
    return (account, Counter(f"{what}:network:{origin.network}", FREE_FOR_NETWORK))


def _rows(session: Session, counters: Sequence[Counter]) -> list[tuple[Throttle, int]]:
    long_ago = clock.now() - FORGOTTEN
    for each in counters:
        insert_new(session, Throttle, {"key": each.key, "failures": 0, "at": long_ago})
    free = {each.key: each.free for each in counters}
    query = (
        sa.select(Throttle)
        .where(Throttle.key.in_(free))
        .order_by(Throttle.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [(row, free[row.key]) for row in session.scalars(query)]


def _wait(row: Throttle, free: int) -> timedelta:
    """None for the first ``free`` failures, then 1, 2, 4 … seconds, up to a quarter of an hour."""
    if row.failures < free:
        return NONE
    return min(LONGEST, timedelta(seconds=2 ** min(row.failures - free, 20)))


def _is_forgotten(row: Throttle, now: datetime) -> bool:
    return now - row.at >= FORGOTTEN
