"""Locks the sending of the whole installation, and unlocks it. Whoever sends asks here first."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.database import table_of
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.sendlock.models import LockKind, SendingLock

GUARD = "guard attempts locked"  # what the database says to a mail that would leave
INSTALLATION = "installation:0"
SENTENCE = said(
    "このデータベースはバックアップから戻したもの、または移したものなので、メールを送信していません。"
    "管理者が unlock-restored コマンドで送信を認めると、送信できます。"
)
NOT_LOCKED = said("送信は止められていません。解除するものはありません。")
NO_REASON = said("解除する理由を --reason に書いてください。監査記録に残ります。")
LONGEST = 200

# Part of the statements that decide whether a mail may leave.
IS_LOCKED = sa.exists().where(table_of(SendingLock).c.lifted_at.is_(None))


class Locked(UserError):
    """No mail may leave this database at all."""

    def __init__(self) -> None:
        super().__init__(SENTENCE)


def current(session: Session) -> SendingLock | None:
    """The oldest lock that holds; None if mails may leave."""
    return session.scalars(_current()).first()


@lru_cache(maxsize=1)
def _current() -> sa.Select[SendingLock]:
    """Built once: building it takes longer than asking it, and every page asks it."""
    query = sa.select(SendingLock).where(SendingLock.lifted_at.is_(None))
    return query.order_by(SendingLock.id).limit(1)


def last_restore(session: Session) -> int:
    """The number of the lock that the last restore has left, and no other has; 0 without one."""
    query = sa.select(sa.func.max(SendingLock.id)).where(SendingLock.kind == LockKind.RESTORED)
    return session.scalar(query) or 0


def require_unlocked(session: Session) -> None:
    """Raise :class:`Locked` where no mail may leave at all."""
    if session.scalar(sa.select(IS_LOCKED)):
        raise Locked


def lock(session: Session, kind: LockKind, origin: str) -> None:
    """From the end of this transaction on nothing is sent."""
    session.add(SendingLock(kind=kind, since=clock.now(), origin=origin[:LONGEST]))
    record(session, "sending.locked", INSTALLATION, code=kind.value, source=origin[:LONGEST])


def unlock(session: Session, reason: str) -> list[SendingLock]:
    """Lift every lock. Raises :class:`UserError` without a reason, or where there is none."""
    why = reason.strip()[:LONGEST]
    if not why:
        raise UserError(NO_REASON)
    query = sa.select(SendingLock).where(SendingLock.lifted_at.is_(None))
    held = list(session.scalars(query.order_by(SendingLock.id).with_for_update()))
    if not held:
        raise UserError(NOT_LOCKED)
    for each in held:
        each.lifted_at, each.lifted_reason = clock.now(), why
    record(session, "sending.unlocked", INSTALLATION, count=len(held), reason=why)
    return held
