"""文面のひな形: what an office usually writes, and every version of it."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.database import Base, UtcDateTime, choice


class WordingKind(enum.StrEnum):
    """What a letter is written for. ``OWN``: an office's addition, of which it may have many."""

    ANNOUNCEMENT = "announcement"
    MATERIALS = "materials"
    CHANGE = "change"
    ABSENCE = "absence"
    APOLOGY = "apology"
    INCIDENT_HANDLING = "incident_handling"  # these three after addresses were shown
    INCIDENT_CORRECTION = "incident_correction"
    INCIDENT_APOLOGY = "incident_apology"
    OWN = "own"


class Wording(Base):
    """One wording of an office: its copy of a built-in one, or one of its own."""

    __tablename__ = "wordings"
    __table_args__ = (
        sa.Index(
            "uq_wordings_kind",
            "office_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("kind <> 'own'"),
            postgresql_where=sa.text("kind <> 'own'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    kind: Mapped[WordingKind] = mapped_column(choice(WordingKind, "kind"))
    # Not offered any more; its versions stay.
    retired: Mapped[bool] = mapped_column(default=False)
    versions: Mapped[list[WordingVersion]] = relationship(
        order_by="WordingVersion.number", lazy="selectin"
    )

    @property
    def newest(self) -> WordingVersion:
        """What is offered now."""
        return self.versions[-1]


class WordingVersion(Base):
    """One version of a wording: who wrote it and when. It never changes (triggers refuse it)."""

    __tablename__ = "wording_versions"
    wording_id: Mapped[int] = mapped_column(sa.ForeignKey("wordings.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    subject: Mapped[str] = mapped_column(sa.String(500))
    body: Mapped[str] = mapped_column(sa.Text)
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
