"""Who is not to be mailed any more, why and since when; and with whose consent again."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.language import said
from eventmail.offices.models import people_of_the_office


class Kind(enum.StrEnum):
    """Why nothing goes there. ``unsubscribed`` stops invitations only, the others every mail."""

    UNSUBSCRIBED = "unsubscribed"
    ASKED_BY_PHONE = "asked_by_phone"
    BOUNCED = "bounced"


class Source(enum.StrEnum):
    """How the office came to know it."""

    ONE_CLICK = "one_click"  # the mail program's button (RFC 8058)
    PAGE = "page"
    REPLY = "reply"
    PHONE = "phone"
    BOUNCE = "bounce"


class Way(enum.StrEnum):
    """How somebody said that he wants mails again."""

    PHONE = "phone"
    MAIL = "mail"
    PAPER = "paper"
    IN_PERSON = "in_person"


KIND_NAMES = {
    Kind.UNSUBSCRIBED: said("案内の配信停止"),
    Kind.ASKED_BY_PHONE: said("すべてのメールを断られた"),
    Kind.BOUNCED: said("届かないアドレス"),
}
SOURCE_NAMES = {
    Source.ONE_CLICK: said("メールソフトの配信停止ボタン"),
    Source.PAGE: said("本人の画面"),
    Source.REPLY: said("返信"),
    Source.PHONE: said("電話"),
    Source.BOUNCE: said("エラーメール"),
}
WAY_NAMES = {
    Way.PHONE: said("電話"),
    Way.MAIL: said("メール"),
    Way.PAPER: said("書面"),
    Way.IN_PERSON: said("対面"),
}
STOPS_EVERYTHING = (Kind.ASKED_BY_PHONE, Kind.BOUNCED)
NOTHING_LEFT = ""  # in place of an address whose time is over


class Suppression(Base):
    """One address that the whole office (no ``event_id``) or one event mails no more.

    Never deleted (triggers). ``digest`` stands for the address under a key outside the database
    and outlives it; ``address_key`` is the address itself, for as long as the office's rosters
    have it, and afterwards empty.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("office_id", "id"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_suppressions_event",
        ),
        sa.Index("ix_suppressions_office_address", "office_id", "address_key"),
        sa.Index("ix_suppressions_office_digest", "office_id", "digest"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    event_id: Mapped[int | None]
    address_key: Mapped[str] = mapped_column(sa.String(254))
    digest: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    source: Mapped[Source] = mapped_column(choice(Source, "source"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SuppressionLift(Base):
    """Somebody wants mails again and said so: when, how and to whom. Written once."""

    __tablename__ = "suppression_lifts"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "suppression_id"],
            ["suppressions.office_id", "suppressions.id"],
            name="fk_suppression_lifts_suppression",
        ),
        sa.CheckConstraint("length(trim(consent)) > 0", "consent"),
    )
    suppression_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    consented_on: Mapped[date]
    way: Mapped[Way] = mapped_column(choice(Way, "way"))
    consent: Mapped[str] = mapped_column(sa.String(300))  # who, and what he said
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
