"""Retention erases a snapshot's personal data whole, once, and leaves what proves the sending."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings import service as mailings
from eventmail.mailings.freezing import freeze
from eventmail.mailings.models import (
    Erasure,
    Mailing,
    MailingState,
    Snapshot,
    SnapshotRecipient,
)
from eventmail.outbox import decisions, exposure, retention, sending, service
from eventmail.outbox.models import (
    Attempt,
    DecisionRecord,
    Delivery,
    DeliveryState,
    ExposureRecord,
    Verdict,
)
from eventmail.sample import People
from eventmail.wire import Relay
from tests.mailings.journey import submit, take_up
from tests.outbox import hands
from tests.pages import Pages
from tests.recorder import PASS, Recorder


@pytest.fixture
def sent(database: Database, approved: Snapshot, relay: Relay) -> Snapshot:
    sending.run(database, relay, approved.id)
    return approved


def erase(database: Database, people: People, snapshot: Snapshot) -> None:
    with database.writing() as session:
        retention.erase(
            session, people.approver, session.get_one(Snapshot, snapshot.id), "保存期間の満了"
        )


def everything(database: Database) -> str:
    """All of the snapshot's and the outbox's rows, as one text."""
    with database.reading() as session:
        rows = [
            *session.execute(sa.select(SnapshotRecipient.__table__)),
            *session.execute(sa.select(Attempt.__table__)),
            *session.execute(sa.select(Delivery.__table__)),
            *session.execute(sa.select(DecisionRecord.__table__)),
        ]
    return "\n".join(map(str, rows))


def test_names_addresses_and_mails_go_and_digests_counts_and_fates_stay(
    database: Database, people: People, sent: Snapshot
) -> None:
    with database.reading() as session:
        digests = sorted(session.scalars(sa.select(Attempt.digest)))
    erase(database, people, sent)
    left = everything(database)
    for recipient in sent.recipients:
        assert recipient.address not in left
        assert recipient.company not in left
    with database.reading() as session:
        assert sorted(session.scalars(sa.select(Attempt.digest))) == digests
        assert set(session.scalars(sa.select(Attempt.head))) == {b""}
        assert session.get_one(Snapshot, sent.id).recipient_count == 30
        assert session.get_one(ExposureRecord, (sent.id, 1)).mails == 31
        assert session.get_one(Erasure, sent.id).staff_id == people.approver.id
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "snapshot.erased")
        ).one()
        assert entry.details["recipients"] == 30


def test_what_relays_and_people_said_of_the_mails_goes_with_them(
    database: Database, people: People, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    """Relays quote the address in their reply, and people write down whom they spoke to."""
    known = approved.recipients[0].address
    recorder.script("RCPT", PASS)  # the office's own copy
    recorder.script("RCPT", f"550 5.1.1 <{known}>: no such user")
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        refused = session.scalars(
            sa.select(Delivery).where(Delivery.state == DeliveryState.REFUSED)
        ).one()
        assert known in refused.reply
        decisions.decide(session, people.approver, refused.id, Verdict.SEND_AGAIN, f"{known}に電話")
    sending.run(database, relay, approved.id)
    assert known in everything(database)
    erase(database, people, approved)
    assert known not in everything(database)


def test_once_is_enough(database: Database, people: People, sent: Snapshot) -> None:
    erase(database, people, sent)
    erase(database, people, sent)
    with database.reading() as session:
        assert len(session.scalars(sa.select(Erasure)).all()) == 1


def test_not_while_it_is_decided_on(
    database: Database, people: People, submitted: Snapshot
) -> None:
    with pytest.raises(UserError, match="途中"):
        erase(database, people, submitted)


def test_the_pages_say_so_and_stay_calm(
    database: Database, people: People, sent: Snapshot, sign_in: Callable[[str], Pages]
) -> None:
    erase(database, people, sent)
    browser = sign_in("author")
    assert "消去しました" in browser.get(f"/mailings/{sent.mailing_id}/record").text
    browser.get(f"/mailings/{sent.mailing_id}")
    browser.get(f"/mailings/{sent.mailing_id}/progress")
    browser.get(f"/mailings/{sent.mailing_id}/preview", status=409)
    with database.reading() as session:
        delivery = session.scalars(sa.select(Delivery.id).where(~Delivery.first_copy)).first()
        assert delivery is not None
        with pytest.raises(UserError, match="消去しました"):
            service.as_sent(session, people.author, delivery)
    assert "消去しました" in browser.get(f"/deliveries/{delivery}", status=409).text
    exposure.make_missing(database)


@pytest.mark.parametrize("taken_up", [False, True], ids=["halted", "taken up again"])
def test_a_stopped_mailing_that_was_erased_reaches_nobody_twice(
    database: Database, people: People, sent: Snapshot, *, taken_up: bool
) -> None:
    """Whom it has reached is gone with the addresses: so nothing more of it is sent."""
    with database.writing() as session:
        session.get_one(Mailing, sent.mailing_id).state = MailingState.HALTED
    if taken_up:
        take_up(database, people, sent.mailing_id)
    erase(database, people, sent)
    if not taken_up:
        with pytest.raises(UserError, match="消去しました"):
            take_up(database, people, sent.mailing_id)
        with database.writing() as session:
            session.get_one(Mailing, sent.mailing_id).state = MailingState.DRAFT
    with pytest.raises(UserError, match="消去しました"):
        submit(database, people, sent.mailing_id)
    with database.writing() as session:
        mailing = session.get_one(Mailing, sent.mailing_id)
        content = mailings.draft_content(session, mailing)
        with pytest.raises(DatabaseError, match="erased"):
            freeze(session, people.author, mailing, content)


def test_not_while_a_mail_is_on_its_way(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        (late,) = hands.claim(session, approved.id, "other", 1)
        hands.hand_over(session, late, "other")
        service.halt(session, approved, "test", "止めました。")
    with pytest.raises(UserError, match="途中"):
        erase(database, people, approved)
    with pytest.raises(DatabaseError, match="in_use"), database.writing() as session:
        session.add(Erasure(snapshot_id=approved.id, at=clock.now(), reason="x"))


ATTACKS = {
    "a name without a record": "UPDATE snapshot_recipients SET name = ''",
    "a mail without a record": "UPDATE attempts SET head = {empty}",
    "a record while it is in use": "INSERT INTO erasures (snapshot_id, at, reason) "
    "VALUES ({snapshot}, '2026-11-25 00:00:00+00:00', 'x')",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_database_lets_nothing_go_but_by_the_recorded_way(
    database: Database, approved: Snapshot, relay: Relay, attack: str
) -> None:
    if "attempts" in attack:
        sending.run(database, relay, approved.id)
    empty = "X''" if database.is_sqlite else "''::bytea"
    statement = attack.format(snapshot=approved.id, empty=empty)
    with pytest.raises(DatabaseError, match="guard"), database.writing() as session:
        session.execute(sa.text(statement.replace("::", "\\:\\:")))


@pytest.mark.parametrize(
    "change", ["company = 'x'", "address = 'a@b.example'", "contact_id = 99", "position = 99"]
)
def test_after_the_record_rows_become_blank_and_nothing_else(
    database: Database, people: People, sent: Snapshot, change: str
) -> None:
    erase(database, people, sent)
    with pytest.raises(DatabaseError), database.writing() as session:
        session.execute(sa.text(f"UPDATE snapshot_recipients SET {change}"))
