"""Each import of a roster, kept with its file's digest and what was read in it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice


class ImportState(enum.StrEnum):
    """Where an import stands."""

    PENDING = "pending"
    APPLIED = "applied"
    DISCARDED = "discarded"


class RosterImport(Base):
    """One uploaded workbook and how it was read (sheet, columns, every row with its verdict)."""

    __tablename__ = "roster_imports"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.ForeignKeyConstraint(["office_id", "event_id"], ["events.office_id", "events.id"]),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_roster_imports_blob",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    filename: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"))
    reading: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    uploaded_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
