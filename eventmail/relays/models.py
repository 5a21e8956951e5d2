"""Which server an office sends through. Written once; the newest row is the one that holds."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.wire import Security


class OfficeRelay(Base):
    """One choice of an office: a server of its own, or (``host`` empty) the installation's.

    ``sealed_password``: sealed with a key outside the database, bound to the office.
    ``connections`` of all workers at once; ``per_minute`` mails, None: as many as it takes;
    ``most_recipients`` of one transaction.
    """

    __tablename__ = "office_relays"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "id"),
        sa.CheckConstraint("port BETWEEN 1 AND 65535", "port"),
        sa.CheckConstraint("connections BETWEEN 1 AND 64", "connections"),
        sa.CheckConstraint("per_minute > 0", "per_minute"),
        sa.CheckConstraint("most_recipients BETWEEN 1 AND 100", "most_recipients"),
        # A password never travels in the clear.
        sa.CheckConstraint("username = '' OR security <> 'none'", "credentials"),
        sa.CheckConstraint("(username = '') = (sealed_password = '')", "password"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    host: Mapped[str] = mapped_column(sa.String(253))
    port: Mapped[int]
    security: Mapped[Security] = mapped_column(choice(Security, "security"))
    username: Mapped[str] = mapped_column(sa.String(200))
    sealed_password: Mapped[str] = mapped_column(sa.String(1000))
    connections: Mapped[int]
    per_minute: Mapped[int | None]
    most_recipients: Mapped[int]
    chosen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
