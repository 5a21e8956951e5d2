"""Imports of a roster: the file's digest, how it was read, what was answered, how to undo it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime, choice
from eventmail.offices.models import people_of_the_office


class ImportState(enum.StrEnum):
    """Where an import stands. ``planning``: read, but not yet compared with the roster."""

    READING = "reading"
    PLANNING = "planning"
    PENDING = "pending"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"
    FAILED = "failed"


OPEN = (ImportState.READING, ImportState.PLANNING, ImportState.PENDING, ImportState.APPLYING)
AT_WORK = (ImportState.READING, ImportState.PLANNING, ImportState.APPLYING)


class Source(enum.StrEnum):
    """Where the values came from: a workbook, a person's hand, or the participant himself."""

    WORKBOOK = "workbook"
    HAND = "hand"
    OWN = "own"


class Answer(enum.StrEnum):
    """What a person said to a row that is not simply right."""

    NONE = ""
    TAKE = "take"
    LEAVE = "leave"


class RosterImport(Base):
    """One change of a roster: an uploaded workbook, or values entered by hand.

    ``reading`` is the reading without its rows; ``choices`` and ``answers`` are what people said
    to it; ``stamp`` counts what was shown, so that a confirmation names what it confirms;
    ``planned_version`` is the event's roster version that the plan was made against. ``lease`` is
    until when a worker has it; ``done`` of ``total`` is how far that worker is. Nobody of the
    office uploaded what a participant changed about himself.
    """

    __tablename__ = "roster_imports"
    __table_args__ = (
        *people_of_the_office("uploaded_by", "confirmed_by"),
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.ForeignKeyConstraint(["office_id", "event_id"], ["events.office_id", "events.id"]),
        sa.ForeignKeyConstraint(
            ["office_id", "sha256"],
            ["blobs.office_id", "blobs.sha256"],
            name="fk_roster_imports_blob",
        ),
        # One workbook at a time waits for its confirmation.
        sa.Index(
            "uq_roster_imports_open",
            "event_id",
            unique=True,
            sqlite_where=sa.text("state IN ('reading', 'planning', 'pending', 'applying')"),
            postgresql_where=sa.text("state IN ('reading', 'planning', 'pending', 'applying')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int]
    event_id: Mapped[int] = mapped_column(index=True)
    filename: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"))
    source: Mapped[Source] = mapped_column(
        sa.String(20), default=Source.WORKBOOK, server_default="workbook"
    )
    reading: Mapped[dict[str, Any]] = mapped_column(sa.JSON, deferred=True)
    choices: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    notes: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
    alarms: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
    counts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    stamp: Mapped[int] = mapped_column(default=0, server_default="0")
    planned_version: Mapped[int] = mapped_column(default=0, server_default="0")
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    lease: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message: Mapped[str] = mapped_column(sa.String(1000), default="", server_default="")
    uploaded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(
        sa.ForeignKey("staff.id", name="fk_roster_imports_confirmed_by")
    )
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RosterRow(Base):
    """One judged row of an open import. The rows go when the import is applied or given up.

    ``data`` is the row as the reading told it; the other columns are what is asked for in SQL.
    ``change`` is what taking it would do to the roster, ``contact_id`` whom it is about.
    """

    __tablename__ = "roster_rows"
    __table_args__ = (
        sa.ForeignKeyConstraint(["import_id"], ["roster_imports.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("import_id", "key"),
        sa.Index("ix_roster_rows_import_id_address_key", "import_id", "address_key"),
        sa.Index("ix_roster_rows_import_id_verdict", "import_id", "verdict"),
    )
    import_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(20))
    verdict: Mapped[str] = mapped_column(sa.String(20))
    answer: Mapped[str] = mapped_column(sa.String(20), default="")
    takeable: Mapped[bool]
    company: Mapped[str] = mapped_column(sa.Text)
    address_key: Mapped[str] = mapped_column(sa.String(254))
    status: Mapped[str] = mapped_column(sa.String(20))
    bundle: Mapped[str] = mapped_column(sa.String(80), default="")
    codes: Mapped[str] = mapped_column(sa.String(400), default="")
    change: Mapped[str] = mapped_column(sa.String(20), default="")
    loud: Mapped[bool] = mapped_column(default=False)
    contact_id: Mapped[int | None]
    differences: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


class RosterChange(Base):
    """What one import did to one contact: ``before`` is the contact as it stood, null if new."""

    __tablename__ = "roster_changes"
    __table_args__ = (
        sa.ForeignKeyConstraint(["import_id"], ["roster_imports.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
    )
    import_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))


class ColumnChoice(Base):
    """What a header means in this office's workbooks: the field chosen last, "" for unused."""

    __tablename__ = "column_choices"
    __table_args__ = (*people_of_the_office("chosen_by"),)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"), primary_key=True)
    header: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    field: Mapped[str] = mapped_column(sa.String(40))
    chosen_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
