"""A participant asks for his link; it is mailed to his registered address and nowhere else."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice


class LinkMailState(enum.StrEnum):
    """The fate of the mail. ``dropped``: when its turn came there was no page to lead to."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"


class LinkMail(Base):
    """One mail with a link, to one contact. It is never readdressed (guard).

    ``coded``: it brings a code as well, by which its reader agrees to a change.
    """

    __tablename__ = "link_mails"
    __table_args__ = (
        sa.UniqueConstraint("token"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_link_mails_contact",
        ),
        sa.Index("ix_link_mails_state_due_at", "state", "due_at"),
        sa.Index("ix_link_mails_contact_id", "contact_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    participant_id: Mapped[int]
    contact_id: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[LinkMailState] = mapped_column(
        choice(LinkMailState, "state"), default=LinkMailState.QUEUED
    )
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(sa.String(32))
    reply: Mapped[str] = mapped_column(sa.String(500), default="")
    coded: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
