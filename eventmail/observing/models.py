"""Running totals of what there are too many rows of to be counted, and troubles told of by mail."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime
from eventmail.staffmail.models import Posted


class RunningTotal(Base):
    """How much of one part of a series there was up to the mark of its source."""

    __tablename__ = "running_totals"
    series: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    part: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    value: Mapped[float] = mapped_column(default=0.0)


class TotalMark(Base):
    """Up to which row of a table the totals have counted."""

    __tablename__ = "total_marks"
    source: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    last_id: Mapped[int] = mapped_column(sa.BigInteger)


class Trouble(Base):
    """Something that people are told of by mail: when it begins, and when it is over.

    ``office_id`` is None for what concerns the installation. ``told_at`` stays empty for what was
    over before anybody could be told. Of one subject there is one that goes on, at most.
    """

    __tablename__ = "troubles"
    __table_args__ = (
        sa.Index(
            "uq_troubles_going_on",
            "kind",
            "subject",
            unique=True,
            sqlite_where=sa.text("over_at IS NULL"),
            postgresql_where=sa.text("over_at IS NULL"),
        ),
        sa.Index("ix_troubles_told", "kind", "office_id", "told_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offices.id"))
    subject: Mapped[str] = mapped_column(sa.String(320))
    sentence: Mapped[str] = mapped_column(sa.String(500))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TroubleMail(Posted, Base):
    """One mail to one person: that a trouble has begun, or (``over``) that it is over.

    ``office_id`` is the office whose mailbox writes; an administrator may serve in none.
    """

    __tablename__ = "trouble_mails"
    __table_args__ = (
        sa.UniqueConstraint("staff_id", "trouble_id", "over"),
        sa.UniqueConstraint("token"),
        sa.Index("ix_trouble_mails_state_due_at", "state", "due_at"),
    )
    trouble_id: Mapped[int] = mapped_column(sa.ForeignKey("troubles.id"))
    over: Mapped[bool]
