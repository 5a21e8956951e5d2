"""Deliveries: one contact's copy each, its state and every attempt. These rows are the truth."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice, many
from eventmail.offices.models import people_of_the_office


class DeliveryState(enum.StrEnum):
    """The fate of one mail. ``uncertain`` is never sent again but by a person."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"
    BOUNCED = "bounced"  # the relay took it, and it came back


class Verdict(enum.StrEnum):
    """What a person says of a mail whose fate the relay left open, or that it refused."""

    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"
    SEND_AGAIN = "send_again"


class Dispatch(Base):
    """The sending of one approved snapshot, and its first copy to the office's own mailbox.

    Nothing leaves before ``starts_at`` (hold time, planned time) or while it is paused; nothing
    but the first copy before ``released_at``, when somebody, or the office's rule, found that copy
    right. The database refuses an attempt that comes too early.
    """

    __tablename__ = "dispatches"
    __table_args__ = (
        *people_of_the_office("paused_by", "released_by", "cancelled_by"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_dispatches_snapshot",
        ),
        sa.UniqueConstraint("office_id", "event_id", "snapshot_id"),
    )
    snapshot_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    # A person who sends some of it again begins the next round.
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    notice: Mapped[str] = mapped_column(sa.String(500), default="")
    # Names the one mail of a blind batch, as a delivery's token names an individual mail.
    token: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")


class Delivery(Base):
    """配信: one mail. It belongs to one contact of the snapshot, or is the office's first copy."""

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["dispatches.office_id", "dispatches.event_id", "dispatches.snapshot_id"],
            name="fk_deliveries_dispatch",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id", "snapshot_id"],
            [
                "snapshot_recipients.office_id",
                "snapshot_recipients.event_id",
                "snapshot_recipients.participant_id",
                "snapshot_recipients.contact_id",
                "snapshot_recipients.snapshot_id",
            ],
            name="fk_deliveries_recipient",
        ),
        sa.UniqueConstraint("snapshot_id", "contact_id"),
        sa.UniqueConstraint("token"),
        sa.CheckConstraint(
            "(first_copy AND contact_id IS NULL AND participant_id IS NULL) OR "
            "(NOT first_copy AND contact_id IS NOT NULL AND participant_id IS NOT NULL)",
            "one_addressee",
        ),
        sa.CheckConstraint("(state = 'claimed') = (claimed_by IS NOT NULL)", "claim"),
        sa.Index(
            "uq_deliveries_first_copy",
            "snapshot_id",
            unique=True,
            sqlite_where=sa.text("first_copy"),
            postgresql_where=sa.text("first_copy"),
        ),
        sa.Index("ix_deliveries_contact_id", "contact_id"),
        sa.Index("ix_deliveries_due", "snapshot_id", "state", "due_at", "id"),
        sa.Index(
            "ix_deliveries_uncertain",
            *("state", "snapshot_id"),  # SQLite takes it only where it begins with the state
            sqlite_where=sa.text("state = 'uncertain'"),
            postgresql_where=sa.text("state = 'uncertain'"),
        ),
        # A worker looks for its own few claims before each mail, among all mails of all years.
        sa.Index(
            "ix_deliveries_claimed_by",
            "claimed_by",
            sqlite_where=sa.text("claimed_by IS NOT NULL"),
            postgresql_where=sa.text("claimed_by IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(many(), primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    snapshot_id: Mapped[int]
    participant_id: Mapped[int | None]
    contact_id: Mapped[int | None]
    first_copy: Mapped[bool] = mapped_column(default=False)
    state: Mapped[DeliveryState] = mapped_column(
        choice(DeliveryState, "state"), default=DeliveryState.QUEUED
    )
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(sa.String(60))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(sa.String(32))
    reply: Mapped[str] = mapped_column(sa.String(500), default="")


class Attempt(Base):
    """One try to hand a mail over: times, the relay's words, and the mail itself.

    ``head`` is the mail without its attachments, which are the snapshot's materials; that of a
    batch is kept with the first of its recipients, and empty with the others. Head and materials
    give the bytes again whose SHA-256 is ``digest``.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        sa.UniqueConstraint("delivery_id", "number"),
        # What is on its way now: a few, among all mails of all years.
        sa.Index(
            "ix_attempts_open",
            "delivery_id",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(many(), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(many(), sa.ForeignKey("deliveries.id"))
    number: Mapped[int]
    handed_over_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(sa.String(32), default="")
    reply_code: Mapped[int | None]
    reply_text: Mapped[str] = mapped_column(sa.String(500), default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    head: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)


class DecisionRecord(Base):
    """What a person decided about one attempt: written once, never changed."""

    __tablename__ = "decisions"
    delivery_id: Mapped[int] = mapped_column(
        many(), sa.ForeignKey("deliveries.id"), primary_key=True
    )
    attempt: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict, "verdict"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RelayPace(Base):
    """How fast mails may go to a relay now, for all workers together.

    ``next_at`` is when the next mail is due under the limit per minute. After ``setbacks`` in a
    row nothing goes before ``slow_until``. ``down_since``: it cannot be reached. ``blocked_at``: it
    refused our credentials, and waits for a person.
    """

    __tablename__ = "relay_paces"
    place: Mapped[str] = mapped_column(sa.String(300), primary_key=True)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slow_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    setbacks: Mapped[int] = mapped_column(default=0)
    down_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sentence: Mapped[str] = mapped_column(sa.String(500), default="")


class RelaySlot(Base):
    """One of the connections that all workers together may hold to a relay."""

    __tablename__ = "relay_slots"
    place: Mapped[str] = mapped_column(sa.String(300), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(60))
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)


class ExposureRecord(Base):
    """What the look at all mails after one round of a sending found, from their stored bytes."""

    __tablename__ = "exposure_records"
    __table_args__ = (
        sa.CheckConstraint(
            "exposing >= 0 AND unreadable >= 0 AND exposing + unreadable <= mails", "counts"
        ),
    )
    snapshot_id: Mapped[int] = mapped_column(
        sa.ForeignKey("dispatches.snapshot_id"), primary_key=True
    )
    round: Mapped[int] = mapped_column(primary_key=True, default=1)
    examined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mails: Mapped[int]
    known_addresses: Mapped[int]
    exposing: Mapped[int]
    unreadable: Mapped[int]
