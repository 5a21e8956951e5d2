"""延長: an event whose personal data is kept longer, and why."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime
from eventmail.offices.models import people_of_the_office


class RetentionHold(Base):
    """An event's personal data stays up to and including ``until``. The newest row holds.

    Written once; a hold is ended early by another one that ends earlier.
    """

    __tablename__ = "retention_holds"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_retention_holds_event",
        ),
        sa.CheckConstraint("length(trim(reason)) > 0", "reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(200))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
