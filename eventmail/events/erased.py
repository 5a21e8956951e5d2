"""What was erased for good: an event's personal data after its time, or one person's on request.

These records come first; the database lets personal data go only after them, and never back.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventmail.clock import japanese_date
from eventmail.database import Base, UtcDateTime
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.models import people_of_the_office

GONE = said(
    "保存期間が過ぎたため消去しました。このイベントの名簿・宛先・資料は残っていません。"
    "件数、指紋、送信の結果、決裁の記録は、イベントの画面で見られます。"
)
FILE_GONE = said(
    "このファイルは、個人情報の保存期間が過ぎたため消去しました。指紋だけが残っています。"
)


class EventErasure(Base):
    """An event whose personal data goes, or (``finished_at``) is gone; and how much there was.

    Written when the erasure begins: from then on nothing of the event changes.
    """

    __tablename__ = "event_erasures"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id"],
            ["events.office_id", "events.id"],
            name="fk_event_erasures_event",
        ),
    )
    event_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(index=True)
    due_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    participants: Mapped[int]
    contacts: Mapped[int]
    imports: Mapped[int]
    materials: Mapped[int]
    snapshots: Mapped[int]
    mails: Mapped[int]


class PersonErasure(Base):
    """Somebody was erased at his own request. ``digest``: his address, keyed; nobody can read it.

    A later roster that names the address again is asked about by it.
    """

    __tablename__ = "person_erasures"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.UniqueConstraint("office_id", "id"),
        sa.Index("ix_person_erasures_office_id_digest", "office_id", "digest"),
        sa.CheckConstraint("length(trim(reason)) > 0", "reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(200))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContactErasure(Base):
    """One contact of an event that was erased with a person."""

    __tablename__ = "contact_erasures"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"],
            ["person_erasures.office_id", "person_erasures.id"],
            name="fk_contact_erasures_person",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_contact_erasures_contact",
        ),
        sa.Index("ix_contact_erasures_event_id", "event_id"),
    )
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    participant_id: Mapped[int]
    person_id: Mapped[int]


def erasure_of(session: Session, event_id: int) -> EventErasure | None:
    """The record that an event's personal data went, if it did."""
    return session.get(EventErasure, event_id)


def require_kept(session: Session, event_id: int) -> None:
    """Raise :class:`UserError` for an event whose personal data is erased: nothing changes it."""
    if erasure_of(session, event_id) is not None:
        raise UserError(GONE)


def told(erasure: EventErasure) -> str:
    """The sentence for the pages that stay."""
    day = japanese_date(erasure.due_on)
    return said(
        "保存期間が過ぎたため消去しました（{day}が期限）。名前・アドレス・電話番号・名簿のファイル・"
        "資料の中身・送ったメールは残っていません。件数、指紋、送信の結果、決裁の記録は残っています。",
        day=day,
    )
