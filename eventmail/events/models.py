"""Events, their participants and contacts, and the shelf of materials."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.addresses import EmailAddress
from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import Mailbox, people_of_the_office


class ParticipantStatus(enum.StrEnum):
    """Whether a company takes part."""

    ATTENDING = "attending"
    WITHDRAWN = "withdrawn"


class Event(Base):
    """イベント: a meeting of companies and schools, or a job fair, of one office."""

    __tablename__ = "events"
    __table_args__ = (
        *people_of_the_office("created_by"),
        sa.UniqueConstraint("office_id", "id"),
        sa.ForeignKeyConstraint(
            ["office_id", "sender_id"],
            ["mailboxes.office_id", "mailboxes.id"],
            name="fk_events_sender",
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "reply_to_id"],
            ["mailboxes.office_id", "mailboxes.id"],
            name="fk_events_reply_to",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    held_on: Mapped[date]
    hours: Mapped[str] = mapped_column(sa.String(60), default="")
    place: Mapped[str] = mapped_column(sa.String(200))
    sender_id: Mapped[int]
    reply_to_id: Mapped[int]
    # Counts the changes of the roster: a plan made against an earlier one is out of date.
    roster_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sender: Mapped[Mailbox] = relationship(foreign_keys="[Event.office_id, Event.sender_id]")
    reply_to: Mapped[Mailbox] = relationship(
        foreign_keys="[Event.office_id, Event.reply_to_id]", overlaps="sender"
    )


# That office and event are the same is held by the key. Asked for as well, it led PostgreSQL to go
# through all companies of the event for each contact, where it knew little of a new roster.
OF_COMPANY = "foreign(Contact.participant_id) == Participant.id"


class Participant(Base):
    """参加事業所: one company or school in one event."""

    __tablename__ = "participants"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.ForeignKeyConstraint(["office_id", "event_id"], ["events.office_id", "events.id"]),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    company: Mapped[str] = mapped_column(sa.String(200))
    status: Mapped[ParticipantStatus] = mapped_column(choice(ParticipantStatus, "status"))
    corporate_number: Mapped[str] = mapped_column(sa.String(13), default="", server_default="")
    contacts: Mapped[list[Contact]] = relationship(
        back_populates="participant", primaryjoin=OF_COMPANY
    )


class Contact(Base):
    """担当者: a person or desk of a participant, with exactly one address.

    A contact that left the roster stays as inactive: mails that were sent keep their reference.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "event_id", "participant_id", "id"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id"],
            ["participants.office_id", "participants.event_id", "participants.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "import_id"],
            ["roster_imports.office_id", "roster_imports.event_id", "roster_imports.id"],
            name="fk_contacts_import",
        ),
        sa.Index(
            "uq_contacts_active_address",
            "event_id",
            "address_key",
            unique=True,
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
        ),
        sa.Index("ix_contacts_office_address", "office_id", "address_key"),
        # A roster's order and its counts are read from here alone.
        sa.Index(
            "ix_contacts_roster",
            "event_id",
            "participant_id",
            "source_row",
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
            postgresql_include=["id", "office_id", "address"],
        ),
        # A page of its contacts, in the order of the workbook.
        sa.Index(
            "ix_contacts_rows",
            *("event_id", "source_row", "id"),
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
        ),
        # Whose address names a person, counted for the paper on which a sending is decided.
        sa.Index(
            "ix_contacts_persons",
            *("event_id", "id"),
            sqlite_where=sa.text("names_person"),
            postgresql_where=sa.text("names_person"),
        ),
        # The few who left it: taken off from what is counted of all.
        sa.Index(
            "ix_contacts_left",
            "event_id",
            "id",
            sqlite_where=sa.text("NOT active"),
            postgresql_where=sa.text("NOT active"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    department: Mapped[str] = mapped_column(sa.String(200), default="")
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str] = mapped_column(sa.String(60), default="")
    notes: Mapped[str] = mapped_column(sa.String(1000), default="", server_default="")
    # Whether the address itself names a person; an office may know better than our tables.
    names_person: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    address: Mapped[str] = mapped_column(sa.String(254))
    address_key: Mapped[str] = mapped_column(sa.String(254))
    active: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[int]
    source_row: Mapped[int]
    row_digest: Mapped[str] = mapped_column(sa.String(64))
    participant: Mapped[Participant] = relationship(
        back_populates="contacts", primaryjoin=OF_COMPANY
    )

    @property
    def email(self) -> EmailAddress:
        """The contact's one address."""
        return EmailAddress.parse(self.address)


class Blob(Base):
    """The bytes of an uploaded file, kept once for each office under their digest."""

    __tablename__ = "blobs"
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)


class Material(Base):
    """資料: a file on the event's shelf; a new upload under its name is a new version."""

    __tablename__ = "materials"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.ForeignKeyConstraint(["office_id", "event_id"], ["events.office_id", "events.id"]),
        sa.Index(
            "uq_materials_shelf_name",
            "event_id",
            "filename",
            unique=True,
            sqlite_where=sa.text("NOT removed"),
            postgresql_where=sa.text("NOT removed"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    filename: Mapped[str] = mapped_column(sa.String(200))
    removed: Mapped[bool] = mapped_column(default=False)
    versions: Mapped[list[MaterialVersion]] = relationship(
        back_populates="material", order_by="MaterialVersion.number"
    )

    @property
    def newest(self) -> MaterialVersion:
        """The version that a mailing would carry now."""
        return self.versions[-1]


class MaterialVersion(Base):
    """One version of a material, named by the digest of its bytes."""

    __tablename__ = "material_versions"
    __table_args__ = (
        *people_of_the_office("uploaded_by"),
        sa.UniqueConstraint("material_id", "number"),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "material_id"],
            ["materials.office_id", "materials.event_id", "materials.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_material_versions_blob",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int]
    material_id: Mapped[int] = mapped_column(index=True)
    number: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    uploaded_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    material: Mapped[Material] = relationship(back_populates="versions")


class MaterialScan(Base):
    """What a file on the shelf hides and says, as its scan told; a newer scanner scans again."""

    __tablename__ = "material_scans"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_material_scans_blob",
        ),
    )
    office_id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    scanner: Mapped[int]
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    scanned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MaterialOpening(Base):
    """One person saw one page of one file; never changed. ``pages`` is how many it then had."""

    __tablename__ = "material_openings"
    __table_args__ = (
        *people_of_the_office("staff_id"),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_material_openings_blob",
        ),
        sa.CheckConstraint("page >= 1 AND page <= pages", name="page"),
    )
    office_id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    pages: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
