"""The schema's promises, attacked with raw SQL on both databases.

Each attack is a statement that the services would never write. The database itself refuses it;
where a trigger does, the same statement is shown to succeed once the trigger is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import service as outbox
from eventmail.sample import People
from tests.conftest import Meeting


@dataclass(frozen=True)
class Sql:
    """Runs raw statements with the ids of the sample mailing filled in."""

    database: Database
    names: dict[str, int | str]

    def run(self, statement: str) -> int:
        with self.database.engine.execution_options(eventmail_writes=True).begin() as connection:
            return connection.execute(sa.text(statement.format(**self.names))).rowcount

    def refused(self, statement: str) -> bool:
        try:
            self.run(statement)
        except DatabaseError:
            return True
        return False

    def drop_guard(self, table: str, name: str) -> None:
        place = "" if self.database.is_sqlite else f" ON {table}"
        self.run(f"DROP TRIGGER guard_{table}_{name}{place}")


def raw(database: Database, people: People, snapshot: Snapshot) -> Sql:
    names: dict[str, int | str] = {
        "snapshot": snapshot.id,
        "digest": snapshot.digest,
        "office": snapshot.office_id,
        "event": snapshot.event_id,
        "mailing": snapshot.mailing_id,
        "author": people.author.id,
        "checker": people.checker.id,
        "approver": people.approver.id,
        "contact": snapshot.recipients[0].contact_id,
        "participant": snapshot.recipients[0].participant_id,
        "other_contact": snapshot.recipients[1].contact_id,
        "other_participant": snapshot.recipients[1].participant_id,
        "now": "'2026-11-23 00:00:00+00:00'",
    }
    return Sql(database, names)


@pytest.fixture
def in_check(database: Database, people: People, submitted: Snapshot) -> Sql:
    return raw(database, people, submitted)


@pytest.fixture
def in_approval(database: Database, people: People, checked: Snapshot) -> Sql:
    return raw(database, people, checked)


@pytest.fixture
def sending(database: Database, people: People, approved: Snapshot) -> Sql:
    return raw(database, people, approved)


REVIEW = (
    "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, at) "
    "VALUES ({{snapshot}}, '{digest}', '{step}', 'passed', {{{who}}}, '', {{now}})"
)


def review(step: str, who: str, digest: str = "{digest}") -> str:
    return REVIEW.format(step=step, who=who, digest=digest)


WRITTEN_ONCE = [
    ("snapshots", "UPDATE snapshots SET subject = 'x'"),
    ("snapshots", "UPDATE snapshots SET recipient_count = 1"),
    ("snapshot_recipients", "UPDATE snapshot_recipients SET address = 'x@y.example'"),
    ("snapshot_recipients", "DELETE FROM snapshot_recipients"),
    ("snapshot_materials", "UPDATE snapshot_materials SET filename = 'x'"),
    ("snapshot_materials", "DELETE FROM snapshot_materials"),
    ("reviews", "UPDATE reviews SET reason = 'x'"),
    ("reviews", "DELETE FROM reviews"),
    ("audit_entries", "UPDATE audit_entries SET staff_id = NULL"),
    ("audit_entries", "DELETE FROM audit_entries"),
]


@pytest.mark.parametrize(("table", "attack"), WRITTEN_ONCE)
def test_what_is_written_once_cannot_be_rewritten(
    in_approval: Sql, table: str, attack: str
) -> None:
    assert in_approval.refused(attack)
    in_approval.drop_guard(table, attack.split()[0].lower())
    assert in_approval.run(attack) > 0, "without its guard the attack succeeds"


@pytest.mark.parametrize(
    "table", ["snapshots", "snapshot_recipients", "snapshot_materials", "reviews", "audit_entries"]
)
def test_truncate_is_no_way_around_on_postgresql(in_approval: Sql, table: str) -> None:
    if in_approval.database.is_sqlite:
        assert in_approval.refused(f"TRUNCATE {table}"), "SQLite has no such statement"
    else:
        assert in_approval.refused(f"TRUNCATE {table} CASCADE")


class TestReviews:
    def test_the_author_cannot_check(self, in_check: Sql) -> None:
        assert in_check.refused(review("check", "author"))
        in_check.drop_guard("reviews", "own_mailing")
        in_check.drop_guard("reviews", "no_role")
        assert in_check.run(review("check", "author")) == 1

    def test_the_author_cannot_approve(self, in_approval: Sql) -> None:
        assert in_approval.refused(review("approve", "author"))

    def test_the_checker_cannot_approve(self, in_approval: Sql) -> None:
        assert in_approval.refused(review("approve", "checker"))

    def test_nobody_approves_what_was_not_checked(self, in_check: Sql) -> None:
        assert in_check.refused(review("approve", "approver"))
        in_check.drop_guard("reviews", "unchecked")
        assert in_check.run(review("approve", "approver")) == 1

    def test_a_review_of_another_digest_has_no_snapshot(self, in_check: Sql) -> None:
        assert in_check.refused(review("check", "checker", digest="0" * 64))

    def test_a_step_is_decided_once(self, in_approval: Sql) -> None:
        assert in_approval.refused(review("check", "approver"))

    def test_an_editor_cannot_be_struck_off(self, in_check: Sql) -> None:
        assert in_check.refused("DELETE FROM mailing_editors")

    def test_an_invented_decision_is_refused(self, in_check: Sql) -> None:
        assert in_check.refused(review("check", "checker").replace("'passed'", "'waived'"))


DISPATCH = (
    "INSERT INTO dispatches (snapshot_id, office_id, event_id, created_at, notice) "
    "VALUES ({snapshot}, {office}, {event}, {now}, '')"
)
DELIVERY = (
    "INSERT INTO deliveries (office_id, event_id, snapshot_id, participant_id, contact_id, "
    "first_copy, state, due_at, attempts, token, reply) "
    "VALUES ({office}, {event}, {snapshot}, {participant}, {contact}, FALSE, 'queued', {now}, "
    "0, 'another token', '')"
)


class TestDeliveries:
    def test_nothing_is_queued_that_was_not_approved(self, in_approval: Sql) -> None:
        assert in_approval.refused(DISPATCH)
        in_approval.drop_guard("dispatches", "unapproved")
        assert in_approval.run(DISPATCH) == 1

    def test_no_delivery_without_a_dispatch(self, in_approval: Sql) -> None:
        assert in_approval.refused(DELIVERY)

    def test_a_contact_gets_one_delivery_of_a_snapshot(self, sending: Sql) -> None:
        assert sending.refused(DELIVERY)

    def test_a_delivery_to_somebody_outside_the_snapshot(self, sending: Sql) -> None:
        assert sending.refused(DELIVERY.replace("{contact}", "999999"))

    def test_a_contact_cannot_be_paired_with_another_company(self, sending: Sql) -> None:
        attack = (
            "UPDATE deliveries SET participant_id = {other_participant} "
            "WHERE contact_id = {contact}"
        )
        assert sending.refused(attack)

    def test_a_delivery_cannot_be_readdressed(self, sending: Sql) -> None:
        assert sending.refused("UPDATE deliveries SET snapshot_id = snapshot_id + 1")

    def test_a_second_first_copy(self, sending: Sql) -> None:
        attack = DELIVERY.replace("FALSE", "TRUE").replace("{participant}", "NULL")
        assert sending.refused(attack.replace("{contact}", "NULL"))

    def test_a_delivery_for_nobody(self, sending: Sql) -> None:
        attack = DELIVERY.replace("{participant}", "NULL").replace("{contact}", "NULL")
        assert sending.refused(attack)

    def test_a_settled_mail_cannot_be_queued_again(self, sending: Sql) -> None:
        sending.run("UPDATE deliveries SET state = 'accepted' WHERE contact_id = {contact}")
        attack = "UPDATE deliveries SET state = 'queued' WHERE contact_id = {contact}"
        assert sending.refused(attack)
        sending.drop_guard("deliveries", "settled")
        assert sending.run(attack) == 1

    @pytest.mark.parametrize("state", ["sent_to_all", ""])
    def test_an_invented_state(self, sending: Sql, state: str) -> None:
        assert sending.refused(f"UPDATE deliveries SET state = '{state}'")

    def test_a_claim_without_a_worker(self, sending: Sql) -> None:
        assert sending.refused("UPDATE deliveries SET state = 'claimed'")


class TestSnapshots:
    def test_a_recipient_cannot_be_added_after_a_review(self, in_approval: Sql) -> None:
        attack = (
            "INSERT INTO snapshot_recipients SELECT {snapshot}, 999, office_id, event_id, "
            "participant_id, 999, company, department, title, name, 'x@y.example', 'x@y.example' "
            "FROM snapshot_recipients WHERE contact_id = {contact}"
        )
        assert in_approval.refused(attack)

    def test_a_visible_list_has_no_place(self, database: Database) -> None:
        """No table has a column for cc, bcc or a list of recipients."""
        words = ("cc", "bcc", "recipients", "to_list", "headers")
        with database.engine.connect() as connection:
            inspector = sa.inspect(connection)
            columns = [
                f"{table}.{column['name']}"
                for table in inspector.get_table_names()
                for column in inspector.get_columns(table)
            ]
        assert len(columns) > 100
        assert not [each for each in columns if each.split(".")[1] in words]

    def test_an_event_cannot_send_as_another_offices_mailbox(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        sql = Sql(database, {})
        sql.run("INSERT INTO offices (id, bureau_id, name) VALUES (77, 1, '別の所')")
        sql.run(
            "INSERT INTO mailboxes (id, office_id, name, address) "
            "VALUES (77, 77, '別', 'other@office.example')"
        )
        assert sql.refused("UPDATE events SET sender_id = 77")


def test_the_ordinary_way_is_not_refused(database: Database, approved: Snapshot) -> None:
    with database.reading() as session:
        assert outbox.progress(session, approved).total == 30
