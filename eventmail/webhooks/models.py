"""Webhooks, the calls that are to be made or were, and how far was looked for what to tell."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice, many
from eventmail.offices.models import people_of_the_office


class OffWhy(enum.StrEnum):
    """Why a webhook calls nobody for now."""

    BY_HAND = "by_hand"
    GONE = "gone"  # the receiver said that it wants no more (410)
    FAILED = "failed"  # one call came to nothing, however often it was tried


class CallState(enum.StrEnum):
    """The fate of one call."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DROPPED = "dropped"
    UNCERTAIN = "uncertain"  # it was in hand when the database was copied


class Webhook(Base):
    """One address of another system, and what it is told. It belongs to the office.

    The secret is ``sealed`` with a key outside the database, and goes when the webhook ends.
    ``contacts``: it asks for names and addresses, which it is told only while the office allows it.
    ``audit_mark``: up to which link of the office's chain it has been told. Nobody calls before
    ``rest_until``: the receiver could not be reached.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        *people_of_the_office("made_by", "off_by", "ended_by"),
        sa.UniqueConstraint("office_id", "id"),
        sa.CheckConstraint("(off_at IS NULL) = (off_why IS NULL)", "off"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),
        sa.CheckConstraint("ended_at IS NULL OR off_at IS NOT NULL", "ended_off"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    url: Mapped[str] = mapped_column(sa.String(500))
    sealed: Mapped[str] = mapped_column(sa.String(300))
    kinds: Mapped[str] = mapped_column(sa.String(500))
    contacts: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    audit_mark: Mapped[int]
    rest_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_why: Mapped[OffWhy | None] = mapped_column(choice(OffWhy, "off_why"))
    off_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))

    @property
    def wanted(self) -> frozenset[str]:
        """The kinds of news that it is told."""
        return frozenset(self.kinds.split())

    @property
    def place(self) -> str:
        """Where its secret is sealed to."""
        return f"webhook:{self.id}"


class WebhookCall(Base):
    """One call: the same ``token`` and ``body`` at each try. Nobody's name or address is in it.

    ``status`` is the receiver's last answer; ``reply`` says in one word why there was none.
    """

    __tablename__ = "webhook_calls"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "webhook_id"],
            ["webhooks.office_id", "webhooks.id"],
            name="fk_webhook_calls_webhook",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_webhook_calls_event",
        ),
        sa.UniqueConstraint("token"),
        sa.Index("ix_webhook_calls_due", "state", "due_at"),
        sa.Index("ix_webhook_calls_webhook", "webhook_id", "id"),
        sa.Index("ix_webhook_calls_event_id", "event_id"),
        sa.Index("ix_webhook_calls_made_at", "made_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    webhook_id: Mapped[int]
    event_id: Mapped[int | None]
    token: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(40))
    body: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[CallState] = mapped_column(choice(CallState, "state"), default=CallState.QUEUED)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    reply: Mapped[str] = mapped_column(sa.String(200), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookMark(Base):
    """Up to which row of a table was looked for what to tell: one for all offices."""

    __tablename__ = "webhook_marks"
    source: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    last_id: Mapped[int] = mapped_column(sa.BigInteger)


class WebhookDoubt(Base):
    """A mail that was told of as uncertain: what becomes of it is told as well."""

    __tablename__ = "webhook_doubts"
    delivery_id: Mapped[int] = mapped_column(
        many(), sa.ForeignKey("deliveries.id"), primary_key=True, autoincrement=False
    )
