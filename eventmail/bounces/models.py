"""What came to the bounce mailbox: one row a mail, and what it says of each of our deliveries.

Neither a mail's text nor an address is kept: what is needed to act is the delivery that it is
about, the class and one of our own sentences.
"""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.bounces.reading import Class, Kind
from eventmail.database import Base, UtcDateTime, choice, many


class Source(enum.StrEnum):
    """On which way a mail came in."""

    PIPE = "pipe"
    MAILDIR = "maildir"
    IMAP = "imap"
    RECEIVER = "receiver"


class Match(enum.StrEnum):
    """How it was found of which delivery a mail speaks; the surest first."""

    RETURN_ADDRESS = "return_address"
    MESSAGE_ID = "message_id"
    ADDRESS = "address"
    NONE = "none"


class BounceMail(Base):
    """One mail that came in, written once (guards).

    ``digest`` stands for its Message-ID, or for all of it where it has none: what comes in twice
    is one. ``forged``: it names a return address that none of our keys signed; it is only noted.
    """

    __tablename__ = "bounce_mails"
    __table_args__ = (
        sa.UniqueConstraint("digest"),
        sa.UniqueConstraint("office_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offices.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(sa.String(64))
    source: Mapped[Source] = mapped_column(choice(Source, "source"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    match: Mapped[Match] = mapped_column(choice(Match, "match"))
    forged: Mapped[bool]
    readable: Mapped[bool]


class Bounce(Base):
    """What one mail says of one delivery, written once (guards).

    ``sure``: who wrote it had our mail in hand, or nothing better can be known here. Only a sure
    and hard one marks the delivery.
    """

    __tablename__ = "bounces"
    __table_args__ = (sa.Index("ix_bounces_delivery", "delivery_id"),)
    mail_id: Mapped[int] = mapped_column(sa.ForeignKey("bounce_mails.id"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        many(), sa.ForeignKey("deliveries.id"), primary_key=True
    )
    hardness: Mapped[Class] = mapped_column(choice(Class, "hardness"))
    action: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[str] = mapped_column(sa.String(12))
    reason: Mapped[str] = mapped_column(sa.String(200))
    sure: Mapped[bool]
