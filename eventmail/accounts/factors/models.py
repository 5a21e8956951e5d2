"""What a person signs in with besides the password: an app's codes, passkeys, recovery codes."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice


class FactorHolder(Base):
    """One person as the holder of factors.

    ``handle``: by what a passkey names the person to us; it says nothing to anybody else.
    ``must_enrol``: a manager took all factors away; nothing goes on before there is a new one.
    """

    __tablename__ = "factor_holders"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    handle: Mapped[str] = mapped_column(sa.String(43), unique=True)
    must_enrol: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class TotpSecret(Base):
    """The one authenticator app that counts. ``last_step`` only grows: no code works twice."""

    __tablename__ = "totp_secrets"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.String(400))
    last_step: Mapped[int] = mapped_column(sa.BigInteger)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class TotpOffer(Base):
    """A secret that was shown and not yet confirmed by a code: it opens nothing."""

    __tablename__ = "totp_offers"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    sealed: Mapped[str] = mapped_column(sa.String(400))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Passkey(Base):
    """One registered passkey. ``blocked_at``: its counter went back, so there may be a copy."""

    __tablename__ = "passkeys"
    __table_args__ = (
        sa.CheckConstraint("sign_count >= 0", "sign_count"),
        sa.CheckConstraint("length(trim(name)) > 0", "name"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    credential_id: Mapped[str] = mapped_column(sa.String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(sa.String(2000))
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(60))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Purpose(enum.StrEnum):
    """What a challenge was made for; it is good for nothing else."""

    REGISTER = "register"
    SIGN_IN = "sign_in"  # alone, without the password: nobody is known yet
    STEP = "step"  # after the password, or once more before a weighty act


class PasskeyChallenge(Base):
    """A challenge that waits for its answer: the row is taken away by the first answer."""

    __tablename__ = "passkey_challenges"
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RecoveryCode(Base):
    """One code of the printed sheet, as a keyed digest. Used once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (sa.UniqueConstraint("staff_id", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
