"""Sessions, the history of signing in, what slows guessing down, and invitations."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice

ADDRESS, AGENT = 45, 200  # characters of a network address, and of a browser's name for itself


class Stage(enum.StrEnum):
    """How far a sign-in has come. ``pending``: the password was right, the second step waits."""

    PENDING = "pending"
    FULL = "full"


class Ending(enum.StrEnum):
    """How a session ended."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    TOO_OLD = "too_old"
    BY_PERSON = "by_person"  # from the list of his sessions
    PASSWORD = "password"  # noqa: S105 - the password was changed
    FACTORS = "factors"  # all second factors were taken away
    DEACTIVATED = "deactivated"
    PASSED_ON = "passed_on"  # a pending one became a full one


class StaffSession(Base):
    """One sign-in on one device. The cookie holds its token; here lies only the digest.

    ``password_at``: when the password was last right in it; ``confirmed_at``: when all that is
    asked of this person was.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (
        sa.UniqueConstraint("token_digest"),
        sa.Index("ix_staff_sessions_ended_at", "ended_at"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", "ended"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    token_digest: Mapped[str] = mapped_column(sa.String(64))
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    password_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(sa.String(ADDRESS))
    agent: Mapped[str] = mapped_column(sa.String(AGENT))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_how: Mapped[Ending | None] = mapped_column(choice(Ending, "ended_how"))


class Outcome(enum.StrEnum):
    """What became of an attempt to sign in."""

    SIGNED_IN = "signed_in"
    PASSWORD_ONLY = "password_only"  # noqa: S105 - the second step was asked for
    REFUSED = "refused"
    SECOND_REFUSED = "second_refused"


class SignIn(Base):
    """One attempt to sign in as somebody who is on the staff, for him to look at."""

    __tablename__ = "sign_ins"
    __table_args__ = (sa.Index("ix_sign_ins_staff_id_at", "staff_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    address: Mapped[str] = mapped_column(sa.String(ADDRESS))
    agent: Mapped[str] = mapped_column(sa.String(AGENT))


class Throttle(Base):
    """How often something was guessed wrong in a row. ``key`` says what, and names nobody."""

    __tablename__ = "throttles"
    key: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    failures: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Invitation(Base):
    """A link by which one person sets his password, once. Only its token's digest is kept.

    ``is_reset``: he had a password before; ``office_id`` is None for somebody who serves in none.
    What he may do is decided elsewhere, by two people.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        sa.UniqueConstraint("token_digest"),
        sa.CheckConstraint("taken_at IS NULL OR revoked_at IS NULL", "one_end"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offices.id"), index=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    is_reset: Mapped[bool]
    token_digest: Mapped[str] = mapped_column(sa.String(64))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
