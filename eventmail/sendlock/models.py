"""Locks on all sending of the installation, each with where the rows came from."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice


class LockKind(enum.StrEnum):
    """Why nothing is sent: the rows are of an earlier day, or live on in another database."""

    RESTORED = "restored"
    MOVED = "moved"


class SendingLock(Base):
    """Written when rows come out of a backup; lifted once, by a person, with a reason.

    While one is not lifted, no office sends anything: the worker's query, the route of every mail
    and a trigger each ask for it.
    """

    __tablename__ = "sending_locks"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LockKind] = mapped_column(choice(LockKind, "kind"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(sa.String(200))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_reason: Mapped[str] = mapped_column(sa.String(200), default="")

    @property
    def is_moved(self) -> bool:
        """Whether all rows went to another database, and none stayed behind."""
        return self.kind is LockKind.MOVED
