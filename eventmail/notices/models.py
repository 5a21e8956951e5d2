"""What a bureau told an office, whom it asked to read it, who has, and what was taken back.

All of it is written once. Only a mail changes: what became of it.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.database import Base, UtcDateTime, choice
from eventmail.language import said
from eventmail.offices.models import Office, people_of_the_office
from eventmail.staffmail.models import Daily, Posted


class Kind(enum.StrEnum):
    """To whom a bureau speaks: to those in charge of a duty, or to the heads of its offices."""

    CAUTION = "caution"
    INSTRUCTION = "instruction"


KIND_NAMES = {Kind.CAUTION: said("注意喚起"), Kind.INSTRUCTION: said("指示")}


class Notice(Base):
    """What an overseer told one office; ``batch`` is common to what he sent to several at once.

    ``people``: how many were asked to read it; the database takes no more. ``corrects_id``: the
    notice whose mistake this one mends.
    """

    __tablename__ = "notices"
    __table_args__ = (
        sa.ForeignKeyConstraint(["office_id", "corrects_id"], ["notices.office_id", "notices.id"]),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("office_id", "batch"),
        sa.UniqueConstraint("corrects_id"),
        sa.CheckConstraint("length(trim(title)) > 0", "title"),
        sa.CheckConstraint("length(trim(text)) > 0", "text"),
        sa.CheckConstraint("people > 0", "people"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    batch: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    title: Mapped[str] = mapped_column(sa.String(100))
    text: Mapped[str] = mapped_column(sa.Text)
    due_on: Mapped[date | None]
    roles: Mapped[list[str]] = mapped_column(sa.JSON)
    people: Mapped[int]
    corrects_id: Mapped[int | None]
    overseer_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    office: Mapped[Office] = relationship(lazy="selectin")
    withdrawal: Mapped[NoticeWithdrawal | None] = relationship(lazy="selectin")
    correction: Mapped[Notice | None] = relationship(
        primaryjoin="foreign(remote(Notice.corrects_id)) == Notice.id",
        viewonly=True,
        lazy="selectin",
        join_depth=1,  # else nothing is loaded along, and each notice of a list asks for itself
    )

    @property
    def holds(self) -> bool:
        """Whether it is still to be read: neither taken back nor mended by another."""
        return self.withdrawal is None and self.correction is None


class NoticeRecipient(Base):
    """One person who was asked to read a notice."""

    __tablename__ = "notice_recipients"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(["office_id", "notice_id"], ["notices.office_id", "notices.id"]),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("notice_id", "staff_id"),
        sa.Index("ix_notice_recipients_office_id_staff_id", "office_id", "staff_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    notice_id: Mapped[int]
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    reading: Mapped[NoticeReading | None] = relationship(lazy="selectin")


class NoticeReading(Base):
    """読みました: that very person has said so, on the page where the text stands."""

    __tablename__ = "notice_readings"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "recipient_id"], ["notice_recipients.office_id", "notice_recipients.id"]
        ),
    )
    recipient_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeWithdrawal(Base):
    """取り下げ: nobody has to read it any more. It stays to be seen, with the reason."""

    __tablename__ = "notice_withdrawals"
    __table_args__ = (
        sa.ForeignKeyConstraint(["office_id", "notice_id"], ["notices.office_id", "notices.id"]),
        sa.CheckConstraint("length(trim(reason)) > 0", "reason"),
    )
    notice_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    overseer_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class About(enum.StrEnum):
    """What a mail tells."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"


class NoticeMail(Posted, Base):
    """One mail to one person about one notice; another one if it was taken back."""

    __tablename__ = "notice_mails"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(["office_id", "notice_id"], ["notices.office_id", "notices.id"]),
        sa.UniqueConstraint("notice_id", "staff_id", "about"),
        sa.UniqueConstraint("token"),
        sa.Index("ix_notice_mails_state_due_at", "state", "due_at"),
    )
    notice_id: Mapped[int]
    about: Mapped[About] = mapped_column(choice(About, "about"))


class NoticeReminder(Daily, Base):
    """One mail to one person about all that he has not read: at most one a day (in Tokyo)."""

    __tablename__ = "notice_reminders"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("office_id", "staff_id", "day"),
        sa.UniqueConstraint("token"),
        sa.Index("ix_notice_reminders_state_due_at", "state", "due_at"),
    )
