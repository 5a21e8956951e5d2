"""One notice to one member of staff: what it is about, and what became of its mail."""

from __future__ import annotations

import enum
import secrets
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail import clock
from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office


class NoticeState(enum.StrEnum):
    """The fate of a notice. ``dropped``: it had no use any more when its turn came."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"


class Posted:
    """The columns of every mail to one member of staff: to whom, and what became of it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[NoticeState] = mapped_column(
        choice(NoticeState, "state"), default=NoticeState.QUEUED
    )
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(sa.String(32))
    reply: Mapped[str] = mapped_column(sa.String(500), default="")


class Daily(Posted):
    """The columns of a mail of which one person gets at most one a day (in Tokyo)."""

    day: Mapped[date]


def fresh(office_id: int, staff_id: int) -> dict[str, Any]:
    """The values of a mail to somebody that is due now."""
    now = clock.now()
    return {
        "office_id": office_id,
        "staff_id": staff_id,
        "made_at": now,
        "state": NoticeState.QUEUED,
        "due_at": now,
        "attempts": 0,
        "token": secrets.token_hex(16),
        "reply": "",
    }


class StaffNotice(Posted, Base):
    """At most one for a person, a mailing and an occasion. It is never readdressed or deleted."""

    __tablename__ = "staff_notices"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("staff_id", "mailing_id", "occasion"),
        sa.UniqueConstraint("token"),
        sa.Index("ix_staff_notices_state_due_at", "state", "due_at"),
    )
    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailings.id"))
    occasion: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(20))
