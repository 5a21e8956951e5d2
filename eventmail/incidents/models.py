"""An incident: the mails that showed addresses, whose they were, and the companies to be called.

Who saw whose address follows from the sightings: everybody a mail went to saw every address in its
To and Cc. It is never stored.
"""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office


class Origin(enum.StrEnum):
    """Where it came to light. ``outside``: in another mail program, or on paper."""

    MAILING = "mailing"
    REFUSAL = "refusal"
    OUTSIDE = "outside"


class Law(enum.StrEnum):
    """Which chapter of the Act on the Protection of Personal Information the office is under."""

    ADMINISTRATIVE = "administrative"  # 行政機関等: art. 68
    PRIVATE = "private"  # 個人情報取扱事業者: art. 26


class Evidence(enum.StrEnum):
    """How a mail that showed addresses came to be known here."""

    EML = "eml"
    MSG = "msg"
    HEADER = "header"  # pasted
    ROSTER = "roster"  # written by hand from a list
    MAILING = "mailing"  # of this service


class Place(enum.StrEnum):
    """The field in which an address stood. Whoever stood in Bcc saw, and was not seen; whoever is
    only named in the text or in an attached file (``shown``) was seen, and did not see.
    """

    TO = "to"
    CC = "cc"
    BCC = "bcc"
    SHOWN = "shown"


class Incident(Base):
    """One leak, or the suspicion of one. ``noticed_at``: since when the office knows (知った日時).

    ``event_id``: the event by whose roster the companies are mailed; mails of the incident are
    ordinary mailings of that event.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        *people_of_the_office("opened_by", "closed_by"),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.UniqueConstraint("alert_id"),
        sa.ForeignKeyConstraint(["office_id", "event_id"], ["events.office_id", "events.id"]),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "mailing_id"],
            ["mailings.office_id", "mailings.event_id", "mailings.id"],
        ),
        sa.ForeignKeyConstraint(["office_id", "alert_id"], ["alerts.office_id", "alerts.id"]),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", "closed"),
        sa.CheckConstraint("erased_at IS NULL OR closed_at IS NOT NULL", "erased"),
        sa.Index("ix_incidents_office_id_closed_at", "office_id", "closed_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    origin: Mapped[Origin] = mapped_column(choice(Origin, "origin"))
    law: Mapped[Law] = mapped_column(choice(Law, "law"))
    event_id: Mapped[int | None]
    mailing_id: Mapped[int | None]
    alert_id: Mapped[int | None]
    happened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noticed_how: Mapped[str] = mapped_column(sa.String(1000), default="")
    opened_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing_note: Mapped[str] = mapped_column(sa.String(1000), default="")
    version: Mapped[int] = mapped_column(default=1)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its names and addresses
    mails: Mapped[list[IncidentMail]] = relationship(order_by="IncidentMail.number")
    parties: Mapped[list[Party]] = relationship(order_by="Party.position")


class IncidentMail(Base):
    """One mail that showed addresses. ``sha256``: of the file it was read from, empty if none.

    ``unread``: what stood in its fields and is no address, as ``{"text", "why"}``; ``own_count``:
    addresses of the office itself, which are nobody's exposure.
    """

    __tablename__ = "incident_mails"
    __table_args__ = (
        *people_of_the_office("added_by"),
        sa.UniqueConstraint("office_id", "incident_id", "id"),
        sa.UniqueConstraint("incident_id", "number"),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id"], ["incidents.office_id", "incidents.id"]
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int]
    number: Mapped[int]
    evidence: Mapped[Evidence] = mapped_column(choice(Evidence, "evidence"))
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    sender: Mapped[str] = mapped_column(sa.String(254), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    own_count: Mapped[int] = mapped_column(default=0)
    unread: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sightings: Mapped[list[Sighting]] = relationship(
        order_by="Sighting.position", viewonly=True, lazy="selectin"
    )


class Party(Base):
    """対応先: a company whose address was shown, or that saw others'; one row of the contact list.

    ``participant_id``: the same company in the roster of the incident's event, once it is found.
    """

    __tablename__ = "incident_parties"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "incident_id", "id"),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id"], ["incidents.office_id", "incidents.id"]
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "event_id", "participant_id"],
            ["participants.office_id", "participants.event_id", "participants.id"],
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]
    company: Mapped[str] = mapped_column(sa.String(200))
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    event_id: Mapped[int | None]
    participant_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    addresses: Mapped[list[ExposedAddress]] = relationship(
        order_by="ExposedAddress.id", viewonly=True
    )


class ExposedAddress(Base):
    """An address that stood in one of the mails. ``names_person``: what the import's classifier
    says of it; ``is_person``: what somebody has confirmed.
    """

    __tablename__ = "incident_addresses"
    __table_args__ = (
        *people_of_the_office("confirmed_by"),
        sa.UniqueConstraint("office_id", "incident_id", "id"),
        sa.UniqueConstraint("incident_id", "address_key"),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id", "party_id"],
            ["incident_parties.office_id", "incident_parties.incident_id", "incident_parties.id"],
        ),
        sa.CheckConstraint("(is_person IS NULL) = (confirmed_by IS NULL)", "confirmed"),
        sa.CheckConstraint(
            "address NOT LIKE '%@%@%' AND address NOT LIKE '%,%' AND address NOT LIKE '%;%' "
            "AND address NOT LIKE '% %'",
            "one_mailbox",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int]
    party_id: Mapped[int]
    address: Mapped[str] = mapped_column(sa.String(254))
    address_key: Mapped[str] = mapped_column(sa.String(254))
    shown_name: Mapped[str] = mapped_column(sa.String(200), default="")  # beside the address
    names_person: Mapped[bool]
    is_person: Mapped[bool | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Sighting(Base):
    """An address in a field of a mail."""

    __tablename__ = "incident_sightings"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id", "mail_id"],
            ["incident_mails.office_id", "incident_mails.incident_id", "incident_mails.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "incident_id", "address_id"],
            [
                "incident_addresses.office_id",
                "incident_addresses.incident_id",
                "incident_addresses.id",
            ],
        ),
    )
    mail_id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    incident_id: Mapped[int] = mapped_column(index=True)
    place: Mapped[Place] = mapped_column(choice(Place, "place"))
    position: Mapped[int]
    address: Mapped[ExposedAddress] = relationship(viewonly=True)
