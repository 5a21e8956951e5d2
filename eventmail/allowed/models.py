"""Addresses and domains that an office lets its letters name, though they are not its own."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime
from eventmail.offices.models import people_of_the_office


class AllowedAddress(Base):
    """One address, or one domain (without ``@``): a venue's, a bureau's. Never a participant's."""

    __tablename__ = "office_allowed_addresses"
    __table_args__ = (
        *people_of_the_office("added_by"),
        sa.UniqueConstraint("office_id", "value"),
        sa.CheckConstraint(
            "value LIKE '%_._%' AND value NOT LIKE '% %' AND value NOT LIKE '%,%' "
            "AND value NOT LIKE '%@%@%'",
            name="value",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    value: Mapped[str] = mapped_column(sa.String(254))
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
