"""Bureau, offices, their mailboxes, staff and roles."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.addresses import EmailAddress
from eventmail.database import Base, UtcDateTime, choice


class Role(enum.StrEnum):
    """What a member of staff may do in an office."""

    AUTHOR = "author"
    CHECKER = "checker"
    APPROVER = "approver"
    MANAGER = "manager"  # of the office's staff and settings
    AUDITOR = "auditor"  # reads everything, changes nothing


def people_of_the_office(*columns: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Keys by which each of these columns names somebody who serves or served in the row's office.

    A row of one office that names somebody of another is a database error.
    """
    targets = ["office_staff.office_id", "office_staff.staff_id"]
    return tuple(sa.ForeignKeyConstraint(["office_id", each], targets) for each in columns)


class Bureau(Base):
    """労働局: the tree's root."""

    __tablename__ = "bureaus"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)


class Office(Base):
    """所: every row of data belongs to exactly one.

    ``batches_allowed``: whether its mailings may go out as BCC一括, at most ``batch_size``
    recipients in one transaction. ``hold_minutes``: how long a sending waits after approval.
    ``first_copy_minutes``: after how long the rest follows the office's first copy; None if
    somebody has to say that the copy looks right. ``stopped_at``: STOP, nothing of it leaves.
    """

    __tablename__ = "offices"
    __table_args__ = (
        sa.CheckConstraint("batch_size BETWEEN 1 AND 100", "batch_size"),
        sa.CheckConstraint("hold_minutes BETWEEN 0 AND 1440", "hold_minutes"),
        sa.CheckConstraint("first_copy_minutes BETWEEN 0 AND 1440", "first_copy_minutes"),
        sa.CheckConstraint("retention_months BETWEEN 1 AND 120", "retention_months"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    bureau_id: Mapped[int] = mapped_column(sa.ForeignKey("bureaus.id"))
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    batches_allowed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    batch_size: Mapped[int] = mapped_column(default=50, server_default="50")
    hold_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    first_copy_minutes: Mapped[int | None] = mapped_column(default=0, server_default="0")
    # How long after an event its personal data is kept.
    retention_months: Mapped[int] = mapped_column(default=12, server_default="12")
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    stop_reason: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")


class Mailbox(Base):
    """One of the office's own mailboxes: what it may send as, and where replies go."""

    __tablename__ = "mailboxes"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("office_id", "address"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    address: Mapped[str] = mapped_column(sa.String(254))

    @property
    def email(self) -> EmailAddress:
        """The mailbox's address."""
        return EmailAddress.parse(self.address)


class Staff(UserMixin, Base):  # type: ignore[misc]
    """A member of staff. Leavers are deactivated, never deleted.

    ``address``: where notices of what waits for this person go, in lower case; ``notices``:
    whether the person wants them.
    """

    __tablename__ = "staff"
    __table_args__ = (sa.Index("uq_staff_address", "address", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(sa.String(100), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    active: Mapped[bool] = mapped_column(default=True)
    address: Mapped[str | None] = mapped_column(sa.String(254))
    notices: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    # Makes offices and their first managers, and sees no participant by it.
    administrator: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    memberships: Mapped[list[Membership]] = relationship(lazy="selectin")
    oversight: Mapped[list[BureauMembership]] = relationship(lazy="selectin")

    @property
    def is_active(self) -> bool:
        """Flask-Login's question whether this person may be signed in."""
        return self.active

    def roles_in(self, office_id: int) -> frozenset[Role]:
        """The roles of this person in one office."""
        return frozenset(m.role for m in self.memberships if m.office_id == office_id)


class Membership(Base):
    """One role of one person in one office."""

    __tablename__ = "memberships"
    __table_args__ = (*people_of_the_office("staff_id"),)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"), primary_key=True)


class BureauMembership(Base):
    """局の担当者: sees the figures of a bureau's offices, and no participant."""

    __tablename__ = "bureau_memberships"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    bureau_id: Mapped[int] = mapped_column(sa.ForeignKey("bureaus.id"), primary_key=True)


class OfficeStaff(Base):
    """Somebody serves or once served in an office. Kept for good (triggers): what he did there
    names him by this key, so that no row of one office names anybody of another.

    Whoever is given a role gets his row by a trigger. ``used_at``: when he last chose the office.
    """

    __tablename__ = "office_staff"
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Deputy(Base):
    """代理決裁の指定: an approver lets another member of staff approve from one day to another.

    Written once; it ends by its date or by a :class:`DeputyRevocation`.
    """

    __tablename__ = "deputies"
    __table_args__ = (
        *people_of_the_office("approver_id", "deputy_id"),
        sa.CheckConstraint("deputy_id <> approver_id", "somebody_else"),
        sa.CheckConstraint("begins_at < ends_at", "time"),
        sa.CheckConstraint("length(trim(reason)) > 0", "reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"), index=True)
    approver_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the first moment after it
    reason: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeputyRevocation(Base):
    """An appointment taken back before its last day. Written once."""

    __tablename__ = "deputy_revocations"
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("deputies.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
