"""The mailing, its frozen snapshots and the decisions on them."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.database import Base, UtcDateTime, choice
from eventmail.events.models import Event, Material
from eventmail.language import said
from eventmail.mailings.letter import Occasion, fill_occasion
from eventmail.offices.models import people_of_the_office


class MailingState(enum.StrEnum):
    """Where a mailing stands."""

    DRAFT = "draft"
    CHECKING = "checking"
    APPROVING = "approving"
    SENDING = "sending"
    SENT = "sent"
    HALTED = "halted"
    REJECTED = "rejected"


class SendMode(enum.StrEnum):
    """送信方法. A mode that shows recipients to each other cannot be written down."""

    INDIVIDUAL = "individual"
    BATCH = "batch"


class Audience(enum.StrEnum):
    """Which of the event's contacts a mailing is for.

    Never a list that came from elsewhere: each is a rule over this event's own roster.
    """

    ALL = "all"
    NEW = "new"
    CHOSEN = "chosen"
    UNANSWERED = "unanswered"
    UNCONFIRMED = "unconfirmed"
    ATTENDING = "attending"
    REACHED = "reached"  # these two only for the mails of an incident
    ABSENT = "absent"


AUDIENCE_NAMES = {
    Audience.ALL: said("参加する事業所の全員"),
    Audience.NEW: said("前のメールのあとに加わった送信先だけ"),
    Audience.CHOSEN: said("選んだ送信先だけ"),
    Audience.UNANSWERED: said("まだ回答していない事業所だけ（未回答）"),
    Audience.UNCONFIRMED: said("受け取りを確認していない送信先だけ（未確認）"),
    Audience.ATTENDING: said("参加と回答した事業所だけ（参加のみ）"),
    Audience.REACHED: said("電話で説明が済んだ事業所だけ"),
    Audience.ABSENT: said("まだ電話がつながっていない事業所だけ"),
}
MODE_NAMES = {SendMode.INDIVIDUAL: said("個別送信"), SendMode.BATCH: said("BCC一括送信")}
STOPPABLE_NAMES = {
    True: said("案内（配信を停止した人には送りません）"),
    False: said("業務連絡（案内の配信を停止した人にも送ります）"),
}
WAYS = {
    False: said("メールに添付する"),
    True: said("参加者ページから受け取ってもらう（添付しない）"),
}  # by_link
LONGEST_SUBJECT = 80  # of the earlier mailing that an audience names


class Step(enum.StrEnum):
    """The two looks of two other people."""

    CHECK = "check"
    APPROVE = "approve"


class Decision(enum.StrEnum):
    """What one of them decided."""

    PASSED = "passed"
    RETURNED = "returned"
    REJECTED = "rejected"


mailing_materials = sa.Table(
    "mailing_materials",
    Base.metadata,
    sa.Column("office_id", sa.Integer, nullable=False),
    sa.Column("event_id", sa.Integer, nullable=False),
    sa.Column("mailing_id", sa.Integer, primary_key=True),
    sa.Column("material_id", sa.Integer, primary_key=True),
    sa.ForeignKeyConstraint(
        ["office_id", "event_id", "mailing_id"],
        ["mailings.office_id", "mailings.event_id", "mailings.id"],
        name="fk_mailing_materials_mailing",
    ),
    sa.ForeignKeyConstraint(
        ["office_id", "event_id", "material_id"],
        ["materials.office_id", "materials.event_id", "materials.id"],
        name="fk_mailing_materials_material",
    ),
)


class Mailing(Base):
    """メール案件: one letter to the participants of one event.

    ``since_id``: the earlier mailing of the event that an audience of new ones counts from.
    ``expected_count``: how many recipients its author expects, typed and never counted by us.
    """

    __tablename__ = "mailings"
    __table_args__ = (
        *people_of_the_office("created_by"),
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.ForeignKeyConstraint(["office_id", "event_id"], ["events.office_id", "events.id"]),
        sa.CheckConstraint("expected_count > 0", "expected_count"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(sa.String(200), default="")
    mode: Mapped[SendMode] = mapped_column(choice(SendMode, "mode"), default=SendMode.INDIVIDUAL)
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    html: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # 案内: whoever unsubscribed does not get it. Other mails reach him all the same.
    stoppable: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    state: Mapped[MailingState] = mapped_column(
        choice(MailingState, "state"), default=MailingState.DRAFT
    )
    notice: Mapped[str] = mapped_column(sa.String(500), default="")
    # When the sending shall begin; None for as soon as it is approved and held.
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    audience: Mapped[Audience] = mapped_column(
        choice(Audience, "audience"), default=Audience.ALL, server_default=Audience.ALL.value
    )
    since_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mailings.id"))
    expected_count: Mapped[int | None]
    # The materials are taken from each participant's own page; the mails carry none.
    by_link: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[Event] = relationship()
    since: Mapped[Mailing | None] = relationship(remote_side=[id])
    materials: Mapped[list[Material]] = relationship(
        secondary=mailing_materials,
        secondaryjoin=lambda: sa.and_(
            Material.id == mailing_materials.c.material_id, ~Material.removed
        ),
        order_by=Material.id,
        viewonly=True,
    )
    snapshots: Mapped[list[Snapshot]] = relationship(
        back_populates="mailing", order_by="Snapshot.revision"
    )

    @property
    def latest(self) -> Snapshot | None:
        """The newest snapshot, whether or not it still matches the draft."""
        return self.snapshots[-1] if self.snapshots else None

    @property
    def subject_shown(self) -> str:
        """The subject for lists: the event's fields filled in, the recipients' left as they are."""
        event = self.event
        occasion = Occasion(event.name, event.held_on, event.hours, event.place)
        return fill_occasion(self.subject, occasion) or said("（件名なし）")

    @property
    def audience_in_words(self) -> str:
        """Whom it is for, as the pages say it and as it is frozen."""
        if self.audience is not Audience.NEW or self.since is None:
            return AUDIENCE_NAMES[self.audience]
        subject = self.since.subject_shown
        cut = subject if len(subject) <= LONGEST_SUBJECT else f"{subject[:LONGEST_SUBJECT]}…"
        return said("「{cut}」（番号{id}）のあとに加わった送信先だけ", cut=cut, id=self.since.id)


class MailingEditor(Base):
    """Who wrote in a mailing: none of them may check or approve it. Rows are never removed."""

    __tablename__ = "mailing_editors"
    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailings.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)


class Chosen(Base):
    """A contact that was chosen by hand for a mailing whose audience is the chosen ones."""

    __tablename__ = "mailing_chosen"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
            name="fk_mailing_chosen_mailing",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            ["contacts.office_id", "contacts.event_id", "contacts.participant_id", "contacts.id"],
            name="fk_mailing_chosen_contact",
        ),
    )
    mailing_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    participant_id: Mapped[int]


class Reached(Base):
    """Whom a stopped mailing had reached, or (not ``certain``) may have reached.

    No later snapshot of it has them. Written when the mailing is taken up again, never removed.
    """

    __tablename__ = "mailing_reached"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["snapshot_id", "contact_id"],
            ["snapshot_recipients.snapshot_id", "snapshot_recipients.contact_id"],
            name="fk_mailing_reached_recipient",
        ),
    )
    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailings.id"), index=True)
    # A contact whose address was mended in between may stand in two snapshots.
    snapshot_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    certain: Mapped[bool]


class Erasure(Base):
    """The record that retention has erased a snapshot's personal data, whole and for good."""

    __tablename__ = "erasures"
    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("snapshots.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))


class Snapshot(Base):
    """確定版: what was submitted, exactly; it never changes (triggers refuse it)."""

    __tablename__ = "snapshots"
    __table_args__ = (
        *people_of_the_office("submitted_by"),
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.UniqueConstraint("mailing_id", "revision"),
        sa.UniqueConstraint("id", "digest"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
        ),
        sa.CheckConstraint("recipient_count > 0", "recipients"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    mailing_id: Mapped[int] = mapped_column(index=True)
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    purpose: Mapped[str] = mapped_column(sa.String(200))
    mode: Mapped[SendMode] = mapped_column(choice(SendMode, "mode"))
    sender_name: Mapped[str] = mapped_column(sa.String(200))
    sender_address: Mapped[str] = mapped_column(sa.String(254))
    reply_to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(500))
    body: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    stoppable: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    format: Mapped[int] = mapped_column(default=1, server_default="1")
    event_name: Mapped[str] = mapped_column(sa.String(200))
    event_date: Mapped[date]
    event_hours: Mapped[str] = mapped_column(sa.String(60))
    event_place: Mapped[str] = mapped_column(sa.String(200))
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    audience: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    expected_count: Mapped[int | None]
    by_link: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    recipient_count: Mapped[int]
    submitted_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailing: Mapped[Mailing] = relationship(back_populates="snapshots")
    recipients: Mapped[list[SnapshotRecipient]] = relationship(
        order_by="SnapshotRecipient.position"
    )
    materials: Mapped[list[SnapshotMaterial]] = relationship(order_by="SnapshotMaterial.position")
    reviews: Mapped[list[Review]] = relationship(order_by="Review.id")


class SnapshotRecipient(Base):
    """One contact as it stood when the snapshot was made: the snapshot's personal data."""

    __tablename__ = "snapshot_recipients"
    __table_args__ = (
        sa.UniqueConstraint("snapshot_id", "position"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_snapshot_recipients_snapshot",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id", "contact_id"],
            [
                "contacts.office_id",
                "contacts.event_id",
                "contacts.participant_id",
                "contacts.id",
            ],
            name="fk_snapshot_recipients_contact",
        ),
        sa.UniqueConstraint("office_id", "event_id", "participant_id", "contact_id", "snapshot_id"),
        sa.UniqueConstraint("snapshot_id", "address_key"),
        sa.Index("ix_snapshot_recipients_contact_id", "contact_id"),
        sa.Index("ix_snapshot_recipients_office_address", "office_id", "address_key"),
    )
    snapshot_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    participant_id: Mapped[int]
    position: Mapped[int]
    company: Mapped[str] = mapped_column(sa.String(200))
    department: Mapped[str] = mapped_column(sa.String(200))
    title: Mapped[str] = mapped_column(sa.String(200))
    name: Mapped[str] = mapped_column(sa.String(200))
    address: Mapped[str] = mapped_column(sa.String(254))
    address_key: Mapped[str] = mapped_column(sa.String(254))


class SnapshotMaterial(Base):
    """One attached material of a snapshot, by the digest of its bytes."""

    __tablename__ = "snapshot_materials"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "snapshot_id"],
            ["snapshots.office_id", "snapshots.event_id", "snapshots.id"],
            name="fk_snapshot_materials_snapshot",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_snapshot_materials_blob",
        ),
    )
    snapshot_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    filename: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class Review(Base):
    """確認・決裁: one person's decision on one digest. One person decides once on a snapshot."""

    __tablename__ = "reviews"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["snapshot_id", "digest"],
            ["snapshots.id", "snapshots.digest"],
            name="fk_reviews_snapshot",
        ),
        sa.UniqueConstraint("snapshot_id", "staff_id"),
        sa.UniqueConstraint("snapshot_id", "step"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    step: Mapped[Step] = mapped_column(choice(Step, "step"))
    decision: Mapped[Decision] = mapped_column(choice(Decision, "decision"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(sa.String(1000))
    counted: Mapped[int | None]
    # 代理決裁: the appointment by which somebody decided in another's place.
    deputy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deputies.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
