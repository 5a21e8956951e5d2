"""What is written of an incident. Every row is written once; a change is a further row.

What has a number has versions, of which the newest counts: so the history stays, and of two people
who change the same at once the second is told.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.incidents.record.deadlines import Duty
from eventmail.language import said
from eventmail.offices.models import people_of_the_office


class Level(enum.StrEnum):
    """Who takes a measure."""

    OFFICE = "office"
    BUREAU = "bureau"


LEVEL_NAMES = {Level.OFFICE: said("所"), Level.BUREAU: said("労働局")}


class Written:
    """By whom and when, of which incident."""

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @declared_attr
    def staff_id(self) -> Mapped[int]:
        """Who wrote it."""
        return mapped_column(sa.ForeignKey("staff.id"))


def _of_the_incident(*people: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        *people_of_the_office("staff_id", *people),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id"], ["incidents.office_id", "incidents.id"]
        ),
    )


class Assessment(Written, Base):
    """判断: what makes an incident reportable from one person on. The newest version counts."""

    __tablename__ = "incident_assessments"
    __table_args__ = (*_of_the_incident(), sa.UniqueConstraint("incident_id", "version"))
    version: Mapped[int]
    sensitive: Mapped[bool]
    financial: Mapped[bool]
    malicious: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(1000))


class Report(Written, Base):
    """報告した: that a duty was done, when and under what number; or, ``void``, that it was not."""

    __tablename__ = "incident_reports"
    __table_args__ = (*_of_the_incident(), sa.UniqueConstraint("incident_id", "duty", "version"))
    duty: Mapped[Duty] = mapped_column(choice(Duty, "duty"))
    version: Mapped[int]
    void: Mapped[bool] = mapped_column(default=False)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    number: Mapped[str] = mapped_column(sa.String(100), default="")
    note: Mapped[str] = mapped_column(sa.String(1000), default="")


class Chronicled(Written, Base):
    """A line of the chronology that somebody wrote, or what he made of one that wrote itself.

    ``key`` names the line for good; ``original``: what it said of itself when this was written.
    ``public``: the words for others, where somebody wrote them himself. With the incident's names
    goes ``text``, and ``public`` is all that is left (guard).
    """

    __tablename__ = "incident_chronicle"
    __table_args__ = (*_of_the_incident(), sa.UniqueConstraint("incident_id", "key", "version"))
    key: Mapped[str] = mapped_column(sa.String(80))
    version: Mapped[int]
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(sa.String(1000))
    public: Mapped[str] = mapped_column(sa.String(1000), default="")
    original: Mapped[str] = mapped_column(sa.String(1000), default="")
    hidden: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.String(1000), default="")


class Cause(Written, Base):
    """Why it happened. ``dropped``: it was not so after all."""

    __tablename__ = "incident_causes"
    __table_args__ = (*_of_the_incident(), sa.UniqueConstraint("incident_id", "number", "version"))
    number: Mapped[int]
    version: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(500))
    dropped: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.String(1000), default="")


class Measure(Written, Base):
    """What is done so that it does not happen again, who does it until when, and that it is done.

    ``training``: it is done by assigning self-inspection, where its page leads.
    """

    __tablename__ = "incident_measures"
    __table_args__ = (
        *_of_the_incident("owner_id"),
        sa.UniqueConstraint("incident_id", "number", "version"),
        sa.Index("ix_incident_measures_office_id_owner_id", "office_id", "owner_id"),
    )
    number: Mapped[int]
    version: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(500))
    level: Mapped[Level] = mapped_column(choice(Level, "level"))
    training: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    owner_name: Mapped[str] = mapped_column(sa.String(100), default="")
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    dropped: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(sa.String(1000), default="")


class OwnDeadlines(Base):
    """The office's own deadlines in working days; None: there is none. The newest counts."""

    __tablename__ = "incident_own_deadlines"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("office_id", "version"),
        sa.CheckConstraint("internal BETWEEN 0 AND 20", "internal"),
        sa.CheckConstraint("bureau BETWEEN 0 AND 20", "bureau"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    version: Mapped[int]
    internal: Mapped[int | None]
    bureau: Mapped[int | None]
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
