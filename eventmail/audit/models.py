"""The record of who did what, and the chain that holds it together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime

INSTALLATION = 0  # the chain of what belongs to no office


class AuditEntry(Base):
    """One act: who, when, from where, what, and what was before and after.

    Nothing in it holds a participant's address in clear; where one matters, it is a keyed digest.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.Index("ix_audit_entries_when", "office_id", "at", "id"),
        sa.Index("ix_audit_entries_who", "office_id", "staff_id", "at", "id"),
        sa.Index("ix_audit_entries_what", "office_id", "action", "at", "id"),
        sa.Index("ix_audit_entries_subject", "subject", "at", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    office_id: Mapped[int | None] = mapped_column(index=True)
    staff_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    via: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    client: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    session_mark: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")

    @property
    def chain(self) -> int:
        """The chain that it hangs in."""
        return self.office_id or INSTALLATION


class AuditLink(Base):
    """One link of a chain: which entry is the ``number``-th, sealed together with the one before.

    Apart from the entry, because an entry is written at once and its link only at the very end of
    the transaction, where waiting for the chain can hold up nobody who holds other locks.
    """

    __tablename__ = "audit_links"
    __table_args__ = (sa.UniqueConstraint("entry_id"),)
    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_entries.id"))
    previous: Mapped[str] = mapped_column(sa.String(64))
    mac: Mapped[str] = mapped_column(sa.String(64))
    key_id: Mapped[str] = mapped_column(sa.String(16))


class AuditHead(Base):
    """The newest link of a chain. Whoever appends holds this row; it never goes back.

    ``older``: how many entries there were before there were chains. They are the first links.
    """

    __tablename__ = "audit_heads"
    __table_args__ = (sa.CheckConstraint("number >= 0 AND older >= 0", "counted"),)
    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)
    mac: Mapped[str] = mapped_column(sa.String(64), default="")
    older: Mapped[int] = mapped_column(default=0)


class AuditCheck(Base):
    """That somebody went through a chain to its end, and what he found. Written once."""

    __tablename__ = "audit_checks"
    __table_args__ = (sa.Index("ix_audit_checks_chain", "chain", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[int]
    mac: Mapped[str] = mapped_column(sa.String(64))
    fault: Mapped[str] = mapped_column(sa.String(300))
