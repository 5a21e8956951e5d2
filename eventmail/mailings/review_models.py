"""What the two looks leave: answers, the checker's steps, lifts, and what befell a mailing."""

from __future__ import annotations

import enum
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.mailings.findings import Finding, Level, Place, Where
from eventmail.offices.models import people_of_the_office


class FindingAnswer(Base):
    """The author's answer to a finding of the draft; it counts as long as the finding is there."""

    __tablename__ = "finding_answers"
    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailings.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    answer: Mapped[str] = mapped_column(sa.String(500))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SnapshotFinding(Base):
    """A finding and its answer as they stood at submitting: part of the snapshot's personal data.

    One that blocks is there only for a material that cannot be looked into (``material`` is its
    SHA-256): nothing is sent unless the approver lifts it.
    """

    __tablename__ = "snapshot_findings"
    __table_args__ = (
        *people_of_the_office("answered_by"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_snapshot_findings_snapshot",
        ),
        sa.CheckConstraint("(answered_by IS NULL) = (answered_at IS NULL)", "answered"),
    )
    snapshot_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(60))
    level: Mapped[Level] = mapped_column(choice(Level, "level"))
    message: Mapped[str] = mapped_column(sa.Text)
    place: Mapped[str] = mapped_column(sa.Text)
    material: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[str] = mapped_column(sa.String(500))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def finding(self) -> Finding:
        """What the rule said."""
        places = [_place(told) for told in json.loads(self.place)]
        first, also = (places[0], tuple(places[1:])) if places else (None, ())
        return Finding(self.code, self.message, self.level, first, also)


def _place(told: dict[str, Any]) -> Place:
    lists = {"where": Where(told["where"]), "contact_ids": tuple(told["contact_ids"])}
    return Place(**told | lists)


class Task(enum.StrEnum):
    """What a checker does one after the other."""

    RECIPIENTS = "recipients"
    MATERIAL = "material"
    LETTER = "letter"
    FINDING = "finding"


class CheckStep(Base):
    """One thing that a checker has looked at, on one digest. Written once."""

    __tablename__ = "check_steps"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["snapshot_id", "digest"],
            ["snapshots.id", "snapshots.digest"],
            name="fk_check_steps_snapshot",
        ),
        sa.UniqueConstraint("snapshot_id", "staff_id", "task", "subject"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    task: Mapped[Task] = mapped_column(choice(Task, "task"))
    # A material's SHA-256, a contact's id, a finding's position; empty for the recipients.
    subject: Mapped[str] = mapped_column(sa.String(64))
    counted: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Lift(Base):
    """The approver's leave to send one material that cannot be looked into. Written once."""

    __tablename__ = "lifts"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["snapshot_id", "digest"],
            ["snapshots.id", "snapshots.digest"],
            name="fk_lifts_snapshot",
        ),
        sa.CheckConstraint("length(trim(reason)) > 0", "reason"),
    )
    snapshot_id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(sa.String(1000))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeKind(enum.StrEnum):
    """What befell a mailing that people had in hand."""

    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"
    RETURNED = "returned"
    REJECTED = "rejected"
    EXPIRED = "expired"
    HALTED = "halted"
    CANCELLED = "cancelled"


class MailingNotice(Base):
    """Why a mailing is no longer where it was: for everybody who had it in hand. Written once."""

    __tablename__ = "mailing_notices"
    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailings.id"), index=True)
    snapshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("snapshots.id"))
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind, "kind"))
    sentence: Mapped[str] = mapped_column(sa.String(500))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
