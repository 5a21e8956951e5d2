"""Sessions on the server: opened at each sign-in, looked up at each request, ended for good."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail import clock
from eventmail.accounts.models import AGENT, Ending, StaffSession, Stage
from eventmail.accounts.origin import Origin
from eventmail.config import Settings
from eventmail.database import Asked
from eventmail.offices import places
from eventmail.offices.models import Staff

TOKEN = 32  # bytes
PENDING_FOR = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
BY_TIME = (Ending.IDLE, Ending.TOO_OLD)
KEPT = timedelta(days=90)  # after its end


@dataclass(frozen=True, slots=True)
class Limits:
    """How old a session may grow, and how long it may lie idle."""

    whole: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(minutes=60)

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Those of an installation."""
        return cls(
            timedelta(hours=settings.session_hours), timedelta(minutes=settings.idle_minutes)
        )


def open_one(session: Session, staff: Staff, origin: Origin, stage: Stage = Stage.FULL) -> str:
    """A new session; its token, which is nowhere else."""
    token, now = secrets.token_urlsafe(TOKEN), clock.now()
    made = StaffSession(
        staff_id=staff.id,
        token_digest=digest_of(token),
        stage=stage,
        created_at=now,
        seen_at=now,
        password_at=now,
        confirmed_at=now if stage is Stage.FULL else None,
        address=origin.address[:45],
        agent=origin.agent[:AGENT],
    )
    session.add(made)
    session.execute(sa.delete(StaffSession).where(StaffSession.ended_at < now - KEPT))
    session.flush()
    return token


def find(
    session: Session, token: str, limits: Limits
) -> tuple[StaffSession, Staff] | tuple[StaffSession, Ending] | None:
    """The living session of a token and its person; or the session and why its time is over."""
    asked = {"digest": digest_of(token)}
    found = session.execute(_by_digest(), asked).unique().one_or_none()
    if found is None or found[0].stage is not Stage.FULL:
        return None
    one, staff = found
    if one.ended_how is not None:
        return (one, one.ended_how) if one.ended_how in BY_TIME else None
    over = _over(one, staff, limits)
    return (one, over) if over else (one, staff)


@lru_cache(maxsize=1)
def _by_digest() -> sa.Select[StaffSession, Staff]:
    """Built once: building it takes longer than asking it, and every page asks it."""
    digest: Asked = sa.bindparam("digest")
    return (
        sa.select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.token_digest == digest)
        # The few rows of both beside each other cost less than two questions.
        .options(joinedload(Staff.memberships), joinedload(Staff.oversight))
    )


def pending(
    session: Session, token: str, *, lock: bool = False
) -> tuple[StaffSession, Staff] | None:
    """The sign-in of a token that waits for its second step, and its person."""
    query = sa.select(StaffSession).where(
        StaffSession.token_digest == digest_of(token),
        StaffSession.stage == Stage.PENDING,
        StaffSession.ended_at.is_(None),
        StaffSession.created_at > clock.now() - PENDING_FOR,
    )
    one = session.scalar(query.with_for_update() if lock else query)
    if one is None:
        return None
    staff = session.get_one(Staff, one.staff_id)
    return (one, staff) if staff.active and places.anywhere(staff) else None


def wants_seen(one: StaffSession) -> bool:
    """Whether it is time to write down that the session is in use."""
    return clock.now() - one.seen_at >= SEEN_EVERY


def saw(session: Session, one: StaffSession, origin: Origin) -> None:
    """Write down that the session is in use, and from where."""
    _update(session, StaffSession.id == one.id, seen_at=clock.now(), address=origin.address[:45])


def end(session: Session, one: StaffSession, how: Ending) -> None:
    """End one session."""
    _update(session, StaffSession.id == one.id, ended_at=clock.now(), ended_how=how)


def end_all(
    session: Session, staff_id: int, how: Ending, besides: StaffSession | None = None
) -> int:
    """End all sessions of a person, signed in or half, but for ``besides``; how many there were."""
    whose = StaffSession.staff_id == staff_id
    if besides is not None:
        whose &= StaffSession.id != besides.id
    return _update(session, whose, ended_at=clock.now(), ended_how=how)


def living(session: Session, staff_id: int, limits: Limits) -> Sequence[StaffSession]:
    """A person's sessions that are of use, the newest first."""
    now = clock.now()
    query = (
        sa.select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.stage == Stage.FULL,
            StaffSession.ended_at.is_(None),
            StaffSession.created_at > now - limits.whole,
            StaffSession.seen_at > now - limits.idle,
        )
        .order_by(StaffSession.id.desc())
    )
    return session.scalars(query).all()


def digest_of(token: str) -> str:
    """What is stored of a token; it has enough bits of its own."""
    return hashlib.sha256(token.encode()).hexdigest()


def _over(one: StaffSession, staff: Staff, limits: Limits) -> Ending | None:
    now = clock.now()
    if not staff.active or not places.anywhere(staff):
        return Ending.DEACTIVATED
    if now - one.created_at >= limits.whole:
        return Ending.TOO_OLD
    return Ending.IDLE if now - one.seen_at >= limits.idle else None


def _update(session: Session, which: sa.ColumnElement[bool], **values: object) -> int:
    statement = sa.update(StaffSession).where(which, StaffSession.ended_at.is_(None))
    unseen = {"synchronize_session": False}
    done = session.execute(statement.values(**values), execution_options=unseen)
    return int(done.rowcount)  # type: ignore[attr-defined]
