"""Every row belongs to one office: what names a row or a person of another is a database error."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.outbox.models import Delivery
from eventmail.proposals import sending, service
from eventmail.sample import People
from eventmail.tables import metadata
from eventmail.wordings import service as wordings
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from tests.guards import leave_only

# Of no office: the tree itself, people and how they sign in, the relay's pace, the audit's chains.
OF_NO_OFFICE = {
    *("bureaus", "bureau_memberships", "offices", "staff"),
    *("staff_sessions", "sign_ins", "throttles", "factor_holders", "passkey_challenges"),
    *("passkeys", "recovery_codes", "totp_offers", "totp_secrets"),
    *("relay_paces", "relay_slots", "sending_locks"),
    *("audit_entries", "audit_links", "audit_heads", "audit_checks"),
    *("running_totals", "total_marks", "webhook_marks"),
    "troubles",  # one may be the installation's
}
# Whoever is invited is not there yet, and an administrator of no office may have invited him;
# the overseer of a bureau serves in no office.
PERHAPS_FROM_OUTSIDE = {
    ("invitations", "staff_id"),
    ("invitations", "made_by"),
    ("training_assignments", "overseer_id"),  # of the bureau
    ("notices", "overseer_id"),
    ("notice_withdrawals", "overseer_id"),
    ("trouble_mails", "staff_id"),  # an administrator
}
# Parents without the office in the key: a guard holds them to the same one (or says why not).
GUARDED = {
    ("staff_notices", "mailings"),
    ("trouble_mails", "troubles"),  # of the installation: whichever office writes
    ("letter_slots", "mailings"),  # beside the key of three columns
    ("mailings", "mailings"),  # guard since_elsewhere
    ("setting_changes", "proposals"),  # repeats the proposal word for word
}


def _named(table: sa.Table, parent: str) -> list[sa.ForeignKeyConstraint]:
    return [each for each in table.foreign_key_constraints if each.referred_table.name == parent]


def _tables_of_offices() -> list[sa.Table]:
    return [each for each in metadata.sorted_tables if each.name not in OF_NO_OFFICE]


def test_every_table_says_of_which_office_its_rows_are_or_has_one_parent_that_does() -> None:
    for table in _tables_of_offices():
        parents = {each.referred_table.name for each in table.foreign_key_constraints}
        assert "office_id" in table.c or parents - OF_NO_OFFICE, table.name


def test_a_row_and_what_it_hangs_on_are_of_one_office() -> None:
    loose = {
        (table.name, each.referred_table.name)
        for table in _tables_of_offices()
        for each in table.foreign_key_constraints
        if "office_id" in table.c
        and "office_id" in each.referred_table.c
        and "office_id" not in each.columns
    }
    assert loose == GUARDED


def test_whoever_a_row_names_is_of_its_office() -> None:
    for table in _tables_of_offices():
        if "office_id" not in table.c or table.name == "office_staff":
            continue
        held = {tuple(each.columns.keys())[-1] for each in _named(table, "office_staff")}
        for key in _named(table, "staff"):
            (column,) = key.columns.keys()
            assert column in held or (table.name, column) in PERHAPS_FROM_OUTSIDE, key.name


@pytest.fixture
def ids(database: Database, people: People, approved: Snapshot) -> dict[str, object]:
    """The numbers of an office's rows, and of somebody of the office next door."""
    with database.writing() as session:
        next_door = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        stranger = offices.add_staff(
            session, next_door, "tonari", "隣野 一郎", "green umbrella on the pier", [Role.AUTHOR]
        )
        own = wordings.add_wording(session, people.author, WordingKind.OWN, Text("礼", "礼", "礼"))
        day = clock.today() + timedelta(days=1)
        deputy = deputies.appoint(session, people.approver, people.checker.id, day, day, "出張")
        place = sending.HOLD_MINUTES.at(people.author.office.id)
        proposal = service.propose(session, people.manager, place, 9, "試し")
        delivery = session.scalars(sa.select(Delivery).where(~Delivery.first_copy).limit(1)).one()
        return {
            "stranger": stranger.id,
            "checker": people.checker.id,
            "elsewhere": next_door.id,
            "snapshot": approved.id,
            "digest": approved.digest,
            "mailing": approved.mailing_id,
            "wording": own.id,
            "deputy": deputy.id,
            "proposal": proposal.id,
            "proposed": proposal.digest,
            "change": session.scalar(sa.text("SELECT min(id) FROM setting_changes")),
            "delivery": delivery.id,
            "contact": delivery.contact_id,
        }


# What is left out here would be refused as well: the guard of the person comes first.
INSERTS = {
    "check_steps": "(snapshot_id, staff_id) VALUES ({snapshot}, {who})",
    "decisions": "(delivery_id, attempt, staff_id) VALUES ({delivery}, 1, {who})",
    "deputy_revocations": "(appointment_id, staff_id) VALUES ({deputy}, {who})",
    "erasures": "(snapshot_id, staff_id) VALUES ({snapshot}, {who})",
    "finding_answers": "(mailing_id, key, staff_id) VALUES ({mailing}, 'k', {who})",
    "letter_visits": "(mailing_id, staff_id) VALUES ({mailing}, {who})",
    "lifts": "(snapshot_id, sha256, staff_id) VALUES ({snapshot}, 'x', {who})",
    "mailing_editors": "(mailing_id, staff_id) VALUES ({mailing}, {who})",
    "mailing_notices": "(mailing_id, staff_id) VALUES ({mailing}, {who})",
    "proposal_decisions": (
        "(proposal_id, digest, staff_id) VALUES ({proposal}, '{proposed}', {who})"
    ),
    "reviews": "(snapshot_id, staff_id) VALUES ({snapshot}, {who})",
    "setting_looks": "(change_id, staff_id) VALUES ({change}, {who})",
    "wording_versions": "(wording_id, number, written_by) VALUES ({wording}, 9, {who})",
}


def said(database: Database, statement: str) -> str:
    """What the database answers to a statement that it does not take."""
    with pytest.raises(DBAPIError) as refused, database.writing() as session:
        session.execute(sa.text(statement))
    return str(refused.value.orig)


@pytest.mark.parametrize("table", INSERTS)
def test_a_stranger_decides_looks_and_writes_nothing_here(
    database: Database, ids: dict[str, object], table: str
) -> None:
    leave_only(database, table, "stranger_insert")
    statement = f"INSERT INTO {table} {INSERTS[table]}"
    refused = said(database, statement.format(**ids, who=ids["stranger"]))
    assert f"guard {table} stranger_insert" in refused


def test_the_guards_know_the_offices_own_people(database: Database, ids: dict[str, object]) -> None:
    own = f"INSERT INTO mailing_editors {INSERTS['mailing_editors']}"
    with database.writing() as session:
        author = {
            **ids,
            "who": session.scalar(sa.text("SELECT id FROM staff WHERE login='kakunin'")),
        }
        session.execute(sa.text(own.format(**author)))


UPDATES = {
    "who made the event": "UPDATE events SET created_by = {stranger}",
    "who wrote the mailing": "UPDATE mailings SET created_by = {stranger}",
    "who put the roster in": "UPDATE roster_imports SET uploaded_by = {stranger}",
    "who confirmed the roster": "UPDATE roster_imports SET confirmed_by = {stranger}",
    "who paused the sending": "UPDATE dispatches SET paused_by = {stranger}",
    "who cancelled the sending": "UPDATE dispatches SET cancelled_by = {stranger}",
}


@pytest.mark.parametrize("what", UPDATES)
def test_a_stranger_is_not_named_here(
    database: Database, ids: dict[str, object], what: str
) -> None:
    assert "foreign key" in said(database, UPDATES[what].format(**ids)).lower()


def test_a_stranger_did_not_stop_the_office(database: Database, ids: dict[str, object]) -> None:
    statement = "UPDATE offices SET stopped_by = {stranger} WHERE id <> {elsewhere}"
    assert "guard offices stranger_update" in said(database, statement.format(**ids))


PARTED = {
    "staff_notices": (
        "(office_id, mailing_id, staff_id) VALUES ({elsewhere}, {mailing}, {stranger})"
    ),
    "mailing_reached": (
        "(mailing_id, snapshot_id, contact_id) VALUES ({mailing} + 1, {snapshot}, {contact})"
    ),
    "mailing_notices": "(mailing_id, snapshot_id) VALUES ({mailing} + 1, {snapshot})",
    "roster_changes": "(import_id, contact_id) VALUES (99, {contact})",
}


@pytest.mark.parametrize("table", PARTED)
def test_two_parents_of_a_row_belong_together(
    database: Database, ids: dict[str, object], table: str
) -> None:
    leave_only(database, table, "parted_insert")
    refused = said(database, f"INSERT INTO {table} {PARTED[table].format(**ids)}")
    assert f"guard {table} parted_insert" in refused
