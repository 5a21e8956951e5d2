"""What is written down when a draft is frozen, for whom it is, and whom the gate hears of."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings import freezing
from eventmail.mailings.models import Erasure, Mailing, Reached, Snapshot, SnapshotRecipient
from eventmail.mailings.snapshot import Recipient, content_of_draft, content_of_snapshot
from eventmail.sample import People


def only_mailing(session: Session) -> Mailing:
    return session.scalars(sa.select(Mailing)).one()


def an_address_changes(session: Session, contact: Contact, address: str) -> None:
    contact.address, contact.address_key = address, EmailAddress.parse(address).key
    session.flush()


def test_another_office_knows_none_of_them(database: Database, submitted: Snapshot) -> None:
    with database.reading() as session:
        other = freezing.office_addresses(session, submitted.office_id + 1, submitted.event_id)
    assert (other.ours, set(other.known), dict(other.by_participant)) == (frozenset(), set(), {})


def test_a_draft_is_frozen_whole_and_in_its_order(
    database: Database, people: People, meeting: object
) -> None:
    before = clock.now()
    with database.writing() as session:
        mailing = only_mailing(session)
        mailing.html = True
        content = content_of_draft(mailing, freezing.audience(session, mailing), 1)
        made = freezing.freeze(session, people.author, mailing, content)
        assert sa.inspect(made).persistent
        assert mailing.latest is made
        number = made.id
    with database.reading() as session:
        stored = session.get_one(Snapshot, number)
        assert content_of_snapshot(stored) == content
        assert stored.digest == content.digest
        assert len(content.recipients) == stored.recipient_count > 1
        assert (stored.mailing_id, stored.submitted_by) == (mailing.id, people.author.id)
        assert before <= stored.submitted_at <= clock.now()
        _assert_owned(stored, mailing)


def _assert_owned(stored: Snapshot, mailing: Mailing) -> None:
    """Each row names office and event, its place, and the key of its address."""
    rows: list[Any] = [stored, *stored.recipients, *stored.materials]
    owners = {(each.office_id, each.event_id) for each in rows}
    assert owners == {(mailing.office_id, mailing.event_id)}
    for some in (stored.recipients, stored.materials):
        assert [each.position for each in some] == list(range(1, len(some) + 1))
    for each in stored.recipients:
        assert each.address_key == EmailAddress.parse(each.address).key


def test_nobody_who_was_reached_is_written_to_again(
    database: Database, submitted: Snapshot
) -> None:
    with database.writing() as session:
        mailing = only_mailing(session)
        everybody = freezing.audience(session, mailing)
        first, second = submitted.recipients[:2]
        for each, certain in ((first, True), (second, False)):
            session.add(
                Reached(
                    mailing_id=mailing.id,
                    contact_id=each.contact_id,
                    snapshot_id=submitted.id,
                    certain=certain,
                )
            )
        session.flush()
        rest = freezing.audience(session, mailing)
        gone = {first.contact_id, second.contact_id}
        assert rest == tuple(each for each in everybody if each.contact_id not in gone)
        assert freezing.reached_count(session, mailing) == 2


def test_an_address_that_was_reached_counts_in_whatever_row_it_stands(
    database: Database, submitted: Snapshot
) -> None:
    with database.writing() as session:
        mailing = only_mailing(session)
        first, other = submitted.recipients[:2]
        session.add(
            Reached(
                mailing_id=mailing.id,
                contact_id=first.contact_id,
                snapshot_id=submitted.id,
                certain=True,
            )
        )
        an_address_changes(session, session.get_one(Contact, first.contact_id), "a@new.example")
        an_address_changes(session, session.get_one(Contact, other.contact_id), first.address)
        rest = {each.address for each in freezing.audience(session, mailing)}
        assert "a@new.example" in rest
        assert first.address not in rest


def test_before_anything_was_sent_nobody_is_reached(
    database: Database, submitted: Snapshot
) -> None:
    with database.reading() as session:
        mailing = only_mailing(session)
        assert freezing.reached_count(session, mailing) == 0
        assert len(freezing.audience(session, mailing)) == len(submitted.recipients)


def test_what_is_erased_is_erased_for_its_own_mailing_and_no_other(
    database: Database, people: People, meeting: object
) -> None:
    with database.writing() as session:
        mailing = only_mailing(session)
        other = Mailing(
            event=mailing.event,
            office_id=mailing.office_id,
            created_by=people.author.id,
            created_at=clock.now(),
        )
        session.add(other)
        session.flush()
        for each in (mailing, other):
            content = content_of_draft(each, freezing.audience(session, each), 1)
            freezing.freeze(session, people.author, each, content)
        assert not freezing.is_erased(session, mailing)
        assert mailing.latest is not None
        session.add(Erasure(snapshot_id=mailing.latest.id, at=clock.now(), reason="保存期間の満了"))
        session.flush()
        assert freezing.is_erased(session, mailing)
        assert not freezing.is_erased(session, other)


def test_whoever_touched_the_event_made_the_mailing_too(
    database: Database, people: People, meeting: object
) -> None:
    def entry(staff_id: int | None, subject: str) -> AuditEntry:
        now = datetime(2026, 11, 23, tzinfo=UTC)
        return AuditEntry(at=now, staff_id=staff_id, action="x", subject=subject, details={})

    with database.writing() as session:
        mailing = only_mailing(session)
        assert freezing.contributors(session, mailing) == {people.author.id}
        session.add_all(
            [
                entry(people.checker.id, f"event:{mailing.event_id}"),
                entry(people.approver.id, f"event:{mailing.event_id + 1}"),
                entry(None, f"event:{mailing.event_id}"),
            ]
        )
        session.flush()
        expected = {people.author.id, people.checker.id}
        assert freezing.contributors(session, mailing) == expected


def test_the_gate_hears_of_todays_roster_and_of_all_that_was_ever_frozen(
    database: Database, submitted: Snapshot
) -> None:
    with database.writing() as session:
        mailing = only_mailing(session)
        first, second = submitted.recipients[:2]
        an_address_changes(session, session.get_one(Contact, first.contact_id), "a@new.example")
        session.get_one(Contact, second.contact_id).active = False
        session.flush()
        found = freezing.office_addresses(session, mailing.office_id, mailing.event_id)
        assert {"a@new.example", first.address_key, second.address_key} <= set(found.known)
        assert EmailAddress.parse("a@new.example") in found.by_participant[first.participant_id]
        own = {address for some in found.by_participant.values() for address in some}
        assert not {EmailAddress.parse(each.address) for each in (first, second)} & own
        everybody = session.scalars(sa.select(Contact.address_key).where(Contact.active))
        assert {each.key for each in own} == set(everybody)
        assert {str(each) for each in found.ours} >= {submitted.sender_address, submitted.reply_to}


def test_the_press_has_the_materials_bytes(database: Database, submitted: Snapshot) -> None:
    with database.reading() as session:
        stored = session.get_one(Snapshot, submitted.id)
        content = content_of_snapshot(stored)
        press = freezing.press_for_one(session, content, content.recipients[0])
        names = [each.filename for each in stored.materials]
        assert [each.filename for each in press.materials] == names
        assert [each.digest for each in press.materials] == [e.sha256 for e in stored.materials]
        rows = session.scalars(sa.select(SnapshotRecipient.address_key))
        assert all(key in press.office.known for key in rows)
        assert "a@nobody.example" not in press.office.known


def test_what_is_read_of_the_roster_stands_in_the_order_of_a_recipient() -> None:
    """Most of it is text: two that changed places would be taken."""
    read = [each.key for each in freezing._AS_RECIPIENT]
    named = [each.name for each in dataclasses.fields(Recipient)]
    assert read == ["id" if each == "contact_id" else each for each in named]
