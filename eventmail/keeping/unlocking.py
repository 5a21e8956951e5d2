"""What becomes of the old queue when a person says that a copy may send."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.outbox.models import Dispatch
from eventmail.own_page.models import LinkMail, LinkMailState
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import SendingLock

DROPPED = (
    "バックアップから戻したため、送りませんでした。必要なら、もう一度申し込んでもらってください。"
)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """How many sendings wait for a person of their office now, and how many links were dropped."""

    paused: int = 0
    dropped: int = 0


def unlock(session: Session, reason: str, here: str, *, nothing_sent_since: bool) -> Unlocked:
    """Let the installation send again.

    Mails that waited when the backup was made may have left since: nobody can tell from the rows.
    So every sending that is not over is paused, and a person of its office looks and lets it go
    on, unless the administrator says that nothing was sent since. After a move to this database
    (``here``) that is known: the other one was locked first.
    """
    held = sendlock.unlock(session, reason)
    if nothing_sent_since or all(_moved_here(each, here) for each in held):
        return Unlocked()
    return Unlocked(_pause_all(session), _drop_links(session))


def _moved_here(lock: SendingLock, here: str) -> bool:
    return lock.is_moved and lock.origin == here[: sendlock.LONGEST]


def _pause_all(session: Session) -> int:
    going = (
        Dispatch.finished_at.is_(None),
        Dispatch.cancelled_at.is_(None),
        Dispatch.paused_at.is_(None),
    )
    found = session.scalars(sa.select(Dispatch).where(*going).with_for_update()).all()
    for dispatch in found:
        dispatch.paused_at = clock.now()  # by nobody: the page says why
    return len(found)


def _drop_links(session: Session) -> int:
    """The participant may have had his link from the other one; he can ask again."""
    waiting = LinkMail.state.in_((LinkMailState.QUEUED, LinkMailState.CLAIMED))
    found = session.scalars(sa.select(LinkMail).where(waiting)).all()
    for mail in found:
        mail.state, mail.reply = LinkMailState.DROPPED, DROPPED
    return len(found)
