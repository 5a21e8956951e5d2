"""What a participant wants changed in the roster about himself."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office


class State(enum.StrEnum):
    """How far it is. ``agreed``: the old address said yes, but the roster took it not by itself."""

    WAITING = "waiting"
    AGREED = "agreed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Correction(Base):
    """Another person or another address for one contact, as he wrote it himself.

    ``address_before`` has to agree, by the code in the mail that ``code_token`` names, until
    ``expires_at``; ``tries`` counts wrong codes. ``staff_id`` and ``told``: who of the office
    decided, and by whose word on the phone or for what reason. It is never reworded (guard).
    """

    __tablename__ = "contact_corrections"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_contact_corrections_contact",
        ),
        sa.CheckConstraint("tries >= 0", "tries"),
        sa.Index(
            "uq_contact_corrections_open",
            "contact_id",
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'agreed')"),
            postgresql_where=sa.text("state IN ('waiting', 'agreed')"),
        ),
        sa.Index("ix_contact_corrections_event_id", "event_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    participant_id: Mapped[int]
    contact_id: Mapped[int]
    address_before: Mapped[str] = mapped_column(sa.String(254))
    department: Mapped[str] = mapped_column(sa.String(200))
    title: Mapped[str] = mapped_column(sa.String(200))
    name: Mapped[str] = mapped_column(sa.String(200))
    address: Mapped[str] = mapped_column(sa.String(254))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[State] = mapped_column(choice(State, "state"), default=State.WAITING)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    code_token: Mapped[str] = mapped_column(sa.String(32))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    told: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
