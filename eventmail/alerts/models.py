"""Alerts: what an office must learn at once, on every page and by mail to its own mailbox."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.alerts.wording import AUDIT, is_of_sending, words_of
from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office


class AlertMail(enum.StrEnum):
    """The fate of the alert's mail to the office itself."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


class Alert(Base):
    """One alert. It stays on every page of the office until somebody says it is being seen to."""

    __tablename__ = "alerts"
    __table_args__ = (
        *people_of_the_office("seen_by"),
        sa.ForeignKeyConstraint(
            ["office_id", "mailbox_id"],
            ["mailboxes.office_id", "mailboxes.id"],
            name="fk_alerts_mailbox",
        ),
        sa.UniqueConstraint("token"),
        sa.Index("uq_alerts_office_id_id", "office_id", "id", unique=True),  # an incident's
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", "seen"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(60))
    sentence: Mapped[str] = mapped_column(sa.String(500))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailbox_id: Mapped[int]
    mail: Mapped[AlertMail] = mapped_column(choice(AlertMail, "mail"), default=AlertMail.QUEUED)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(sa.String(32))
    reply: Mapped[str] = mapped_column(sa.String(500), default="")

    @property
    def mailing_id(self) -> int | None:
        """The mailing that it is about, where it is about one."""
        return self._number_of("mailing")

    @property
    def webhook_id(self) -> int | None:
        """The webhook that it is about, where it is about one."""
        return self._number_of("webhook")

    def _number_of(self, wanted: str) -> int | None:
        """Of a ``subject`` such as ``mailing:12``."""
        kind, _, number = self.subject.partition(":")
        return int(number) if kind == wanted else None

    @property
    def title(self) -> str:
        """What the pages call it."""
        return words_of(self.kind).title

    @property
    def is_of_sending(self) -> bool:
        """Whether it is about a sending that was stopped."""
        return is_of_sending(self.kind)

    @property
    def is_of_records(self) -> bool:
        """Whether it is about the audit's chain, and not about a sending."""
        return self.kind == AUDIT
