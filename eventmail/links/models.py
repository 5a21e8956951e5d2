"""The links that were given out: digests only."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime


class PageLink(Base):
    """One link of one contact to a page of his own.

    It was given to an address, and opens as long as the contact has that address: a letter that
    went to a mistyped one opens nothing once it is mended. It ends with its event, when it is
    revoked, and when the contact leaves; it is never given to anybody else (guards).
    """

    __tablename__ = "page_links"
    __table_args__ = (
        sa.UniqueConstraint("contact_id", "serial"),
        sa.UniqueConstraint("token_digest"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_page_links_contact",
        ),
        sa.Index("ix_page_links_event_id", "event_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    participant_id: Mapped[int]
    contact_id: Mapped[int]
    serial: Mapped[int]
    key_id: Mapped[str] = mapped_column(sa.String(16))
    token_digest: Mapped[str] = mapped_column(sa.String(64))
    address_key: Mapped[str] = mapped_column(sa.String(254))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
