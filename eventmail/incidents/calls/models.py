"""What was said to each company, every call, who is calling now, and the incident's mails."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office


class Outcome(enum.StrEnum):
    """What came of a call. ``STRUCK``: no call, but that an earlier entry was a mistake."""

    REACHED = "reached"
    ABSENT = "absent"
    STRUCK = "struck"


class Purpose(enum.StrEnum):
    """What a mail of an incident is for."""

    HANDLING = "handling"
    CORRECTION = "correction"
    APOLOGY = "apology"


def _of_party() -> sa.ForeignKeyConstraint:
    parent = "incident_parties"
    return sa.ForeignKeyConstraint(
        ["office_id", "incident_id", "party_id"],
        [f"{parent}.office_id", f"{parent}.incident_id", f"{parent}.id"],
    )


class Followup(Base):
    """What is settled with one company. ``due_on``: call (again) on that day; None: no more."""

    __tablename__ = "incident_followups"
    __table_args__ = (_of_party(), *people_of_the_office("written_by"))
    party_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int] = mapped_column(index=True)
    explained: Mapped[bool] = mapped_column(default=False)
    apologised: Mapped[bool] = mapped_column(default=False)
    deletion_agreed: Mapped[bool] = mapped_column(default=False)
    printouts_destroyed: Mapped[bool] = mapped_column(default=False)
    unread: Mapped[bool] = mapped_column(default=False)
    wishes: Mapped[str] = mapped_column(sa.String(1000), default="")
    due_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Call(Base):
    """One call, or (``STRUCK``) that the entry ``strikes_id`` was a mistake, and why (``note``).

    Rows never change; only the words of a note go with the incident's erasure.
    """

    __tablename__ = "incident_calls"
    __table_args__ = (
        _of_party(),
        *people_of_the_office("called_by"),
        sa.UniqueConstraint("office_id", "incident_id", "party_id", "id"),
        sa.UniqueConstraint("strikes_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id", "party_id", "strikes_id"],
            [
                "incident_calls.office_id",
                "incident_calls.incident_id",
                "incident_calls.party_id",
                "incident_calls.id",
            ],
        ),
        sa.CheckConstraint("(outcome = 'struck') = (strikes_id IS NOT NULL)", "strikes"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int] = mapped_column(index=True)
    party_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    called_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    strikes_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(sa.String(300), default="")


class Caller(Base):
    """Who is on the telephone with a company now, as far as was heard of him."""

    __tablename__ = "incident_callers"
    __table_args__ = (_of_party(), *people_of_the_office("staff_id"))
    party_id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int] = mapped_column(index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IncidentMailing(Base):
    """That a mailing is one of an incident's. It is individual, and its audience stays."""

    __tablename__ = "incident_mailings"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "incident_id"],
            ["incidents.office_id", "incidents.event_id", "incidents.id"],
        ),
    )
    mailing_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    incident_id: Mapped[int] = mapped_column(index=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
