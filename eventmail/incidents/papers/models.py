"""What somebody wrote for the papers, and every paper that was taken. Each row is written once."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.incidents.papers.kinds import Kind
from eventmail.incidents.papers.values import Published
from eventmail.offices.models import people_of_the_office


class Format(enum.StrEnum):
    """As what it was taken."""

    PDF = "pdf"
    WORD = "word"


def _of_the_incident() -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id"], ["incidents.office_id", "incidents.id"]
        ),
    )


class PaperNote(Base):
    """What no record tells: the newest version counts, and of two at once the second is told."""

    __tablename__ = "incident_paper_notes"
    __table_args__ = (*_of_the_incident(), sa.UniqueConstraint("incident_id", "version"))
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int]
    version: Mapped[int]
    second_harm: Mapped[str] = mapped_column(sa.String(1000))
    contact: Mapped[str] = mapped_column(sa.String(500))
    published: Mapped[Published] = mapped_column(choice(Published, "published"))
    published_on: Mapped[date | None]
    introduction: Mapped[str] = mapped_column(sa.String(1000))
    reference: Mapped[str] = mapped_column(sa.String(1000))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TakenPaper(Base):
    """いつ・だれが・どの版. ``digest``: of what the paper says; ``sha256``: of the file itself.

    ``number`` counts the versions of one kind: whoever takes the same words takes the same version.
    """

    __tablename__ = "incident_paper_takings"
    __table_args__ = (
        *_of_the_incident(),
        sa.Index("ix_incident_paper_takings_incident_id_kind", "incident_id", "kind"),
        sa.CheckConstraint("number >= 1", "number"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int]
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    format: Mapped[Format] = mapped_column(choice(Format, "format"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
