"""What somebody has typed and not saved yet, and who has a letter open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime
from eventmail.offices.models import people_of_the_office


class Slot(Base):
    """What one person has typed into one letter (``mailing_id`` None: a new one of the event).

    It is nobody else's: no page of others shows it, and no mail is made of it.
    """

    __tablename__ = "letter_slots"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(["office_id", "event_id"], ["events.office_id", "events.id"]),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
        ),
        sa.Index(
            "uq_letter_slots_new",
            "staff_id",
            "event_id",
            unique=True,
            sqlite_where=sa.text("mailing_id IS NULL"),
            postgresql_where=sa.text("mailing_id IS NULL"),
        ),
        sa.Index(
            "uq_letter_slots_mailing",
            "staff_id",
            "mailing_id",
            unique=True,
            sqlite_where=sa.text("mailing_id IS NOT NULL"),
            postgresql_where=sa.text("mailing_id IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    mailing_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mailings.id"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    typed: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    # The version of the mailing on which it was typed.
    version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Visit(Base):
    """Somebody has a letter open: since when, and when last heard of."""

    __tablename__ = "letter_visits"
    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailings.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
