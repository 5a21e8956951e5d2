"""The record of who did what, which nobody can rewrite (triggers refuse it)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime


class AuditEntry(Base):
    """One act. ``details`` carries counts and digests, never a participant's address."""

    __tablename__ = "audit_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    office_id: Mapped[int | None] = mapped_column(index=True)
    staff_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
