"""Incidents: the mails that showed addresses, the addresses, and the companies to be called."""

import sqlalchemy as sa
from alembic import op

from migrations import guards

revision = "0026"
down_revision = "0025"

MOMENT = sa.DateTime(timezone=True)
ORIGINS = ("mailing", "refusal", "outside")
LAWS = ("administrative", "private")
EVIDENCE = ("eml", "msg", "header", "roster", "mailing")
PLACES = ("to", "cc", "bcc", "shown")
ONE_MAILBOX = (
    "address NOT LIKE '%@%@%' AND address NOT LIKE '%,%' AND address NOT LIKE '%;%' "
    "AND address NOT LIKE '% %'"
)
# What an incident is about, and since when the office knows of it, is told to others: it stays.
MOVED = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}"
    for name in ("id", "office_id", "origin", "mailing_id", "alert_id", "opened_by", "opened_at")
)


def upgrade() -> None:
    op.create_index("uq_alerts_office_id_id", "alerts", ["office_id", "id"], unique=True)
    _incidents()
    _mails()
    _parties()
    _addresses()
    _sightings()
    guards.refuse("incidents", "UPDATE", "moved", MOVED)
    guards.refuse("incidents", "UPDATE", "erased", "OLD.erased_at IS NOT NULL")
    guards.never_deleted("incidents")


def downgrade() -> None:
    guards.may_be_deleted("incidents")
    guards.allow("incidents", "erased")
    guards.allow("incidents", "moved")
    for table in ("sightings", "addresses", "parties", "mails"):
        op.drop_table(f"incident_{table}")
    op.drop_table("incidents")
    op.drop_index("uq_alerts_office_id_id", "alerts")


def _choice(name: str, values: tuple[str, ...]) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=False)


def _person(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", column], ["office_staff.office_id", "office_staff.staff_id"]
    )


def _within(*columns: str, parent: str, targets: tuple[str, ...]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(columns, [f"{parent}.{each}" for each in targets])


def _of_an_incident() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("office_id", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.Integer, nullable=False),
    )


def _in_incident() -> sa.ForeignKeyConstraint:
    return _within("office_id", "incident_id", parent="incidents", targets=("office_id", "id"))


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("office_id", sa.Integer, sa.ForeignKey("offices.id"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        _choice("origin", ORIGINS),
        _choice("law", LAWS),
        sa.Column("event_id", sa.Integer),
        sa.Column("mailing_id", sa.Integer),
        sa.Column("alert_id", sa.Integer),
        sa.Column("happened_at", MOMENT),
        sa.Column("noticed_at", MOMENT, nullable=False),
        sa.Column("noticed_how", sa.String(1000), nullable=False),
        sa.Column("opened_by", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_by", sa.Integer, sa.ForeignKey("staff.id")),
        sa.Column("closed_at", MOMENT),
        sa.Column("closing_note", sa.String(1000), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("erased_at", MOMENT),
        _person("opened_by"),
        _person("closed_by"),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("office_id", "event_id", "id"),
        sa.UniqueConstraint("alert_id"),
        _within("office_id", "event_id", parent="events", targets=("office_id", "id")),
        _within(
            *("office_id", "event_id", "mailing_id"),
            parent="mailings",
            targets=("office_id", "event_id", "id"),
        ),
        _within("office_id", "alert_id", parent="alerts", targets=("office_id", "id")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", "closed"),
        sa.CheckConstraint("erased_at IS NULL OR closed_at IS NOT NULL", "erased"),
    )
    op.create_index("ix_incidents_office_id_closed_at", "incidents", ["office_id", "closed_at"])


def _mails() -> None:
    op.create_table(
        "incident_mails",
        sa.Column("id", sa.Integer, primary_key=True),
        *_of_an_incident(),
        sa.Column("number", sa.Integer, nullable=False),
        _choice("evidence", EVIDENCE),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("own_count", sa.Integer, nullable=False),
        sa.Column("unread", sa.JSON, nullable=False),
        sa.Column("added_by", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        _person("added_by"),
        sa.UniqueConstraint("office_id", "incident_id", "id"),
        sa.UniqueConstraint("incident_id", "number"),
        _in_incident(),
    )


def _parties() -> None:
    op.create_table(
        "incident_parties",
        sa.Column("id", sa.Integer, primary_key=True),
        *_of_an_incident(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("event_id", sa.Integer),
        sa.Column("participant_id", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("office_id", "incident_id", "id"),
        _in_incident(),
        _within(
            *("office_id", "event_id", "participant_id"),
            parent="participants",
            targets=("office_id", "event_id", "id"),
        ),
    )
    op.create_index("ix_incident_parties_incident_id", "incident_parties", ["incident_id"])


def _addresses() -> None:
    op.create_table(
        "incident_addresses",
        sa.Column("id", sa.Integer, primary_key=True),
        *_of_an_incident(),
        sa.Column("party_id", sa.Integer, nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False),
        sa.Column("shown_name", sa.String(200), nullable=False),
        sa.Column("names_person", sa.Boolean, nullable=False),
        sa.Column("is_person", sa.Boolean),
        sa.Column("confirmed_by", sa.Integer, sa.ForeignKey("staff.id")),
        sa.Column("confirmed_at", MOMENT),
        _person("confirmed_by"),
        sa.UniqueConstraint("office_id", "incident_id", "id"),
        sa.UniqueConstraint("incident_id", "address_key"),
        _within(
            *("office_id", "incident_id", "party_id"),
            parent="incident_parties",
            targets=("office_id", "incident_id", "id"),
        ),
        sa.CheckConstraint("(is_person IS NULL) = (confirmed_by IS NULL)", "confirmed"),
        sa.CheckConstraint(ONE_MAILBOX, "one_mailbox"),
    )


def _sightings() -> None:
    key = ("office_id", "incident_id", "id")
    op.create_table(
        "incident_sightings",
        sa.Column("mail_id", sa.Integer, primary_key=True),
        sa.Column("address_id", sa.Integer, primary_key=True),
        *_of_an_incident(),
        _choice("place", PLACES),
        sa.Column("position", sa.Integer, nullable=False),
        _within("office_id", "incident_id", "mail_id", parent="incident_mails", targets=key),
        _within("office_id", "incident_id", "address_id", parent="incident_addresses", targets=key),
    )
    op.create_index("ix_incident_sightings_incident_id", "incident_sightings", ["incident_id"])
