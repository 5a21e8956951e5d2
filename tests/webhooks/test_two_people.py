"""Names and addresses: only where two people agreed, the webhook asks, and they are still known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DBAPIError

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.offices.setting_models import Basis, SettingChange
from eventmail.outbox.worker import Outbox
from eventmail.privacy import erasing
from eventmail.privacy import people as people_of
from eventmail.proposals import service as proposals
from eventmail.sample import People, decide
from eventmail.sealing import Sealer
from eventmail.webhooks import service
from eventmail.webhooks.allowing import CONTACTS, is_allowed
from eventmail.webhooks.kinds import ATTENTION, SETTLED
from eventmail.webhooks.models import WebhookCall
from tests.api.programs import manager_too
from tests.webhooks.hands import Hook, made
from tests.webhooks.receiver import Receiver, Told

LATER = timedelta(minutes=2)


@pytest.fixture
def outbox(named: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(named, database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def asks(database: Database, people: People, named: Settings, receiver: Receiver) -> Hook:
    """A webhook that asks for names and addresses, in an office where two people allowed it."""
    with database.writing() as session:
        decide(session, people, CONTACTS.at(people.manager.office.id), True)
        both = manager_too(session, people)
    webhook, secret = made(database, both, named, receiver.url, [SETTLED, ATTENTION], contacts=True)
    return Hook(database, named, webhook.id, secret)


def visit(hook: Hook) -> None:
    with time_machine.travel(clock.now() + LATER):
        hook.visit()


def addresses(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(sa.select(SnapshotRecipient.address))) - {""}


def of(call: Told) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call.news["data"]["deliveries"]
    return found


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [each for call in receiver.of(SETTLED) for each in of(call)]


def test_by_itself_no_office_allows_it(database: Database, people: People, named: Settings) -> None:
    with database.reading() as session:
        assert not is_allowed(session, people.manager.office.id)
    with database.writing() as session:
        both = manager_too(session, people)
    with pytest.raises(UserError, match="認めていません"):
        made(database, both, named, named.webhook_hosts[0] + "/", contacts=True)


def test_who_may_not_see_them_does_not_have_them_told(
    database: Database, people: People, named: Settings
) -> None:
    with database.writing() as session:
        decide(session, people, CONTACTS.at(people.manager.office.id), True)
    with pytest.raises(UserError, match="所の管理者だけ"):
        made(database, people.manager, named, named.webhook_hosts[0] + "/", contacts=True)


def test_both_agreed_and_it_asks_so_it_is_told_and_nothing_of_it_is_kept(
    asks: Hook, outbox: Outbox, approved: Snapshot, receiver: Receiver, database: Database
) -> None:
    outbox.send_due(approved.id)
    visit(asks)
    contacts = [each["contact"] for each in told(receiver)]
    assert {each["email"] for each in contacts} == addresses(database)
    assert all(set(each) == {"company", "name", "email"} for each in contacts)
    with database.reading() as session:
        bodies = "".join(session.scalars(sa.select(WebhookCall.body)))
        acts = sa.select(AuditEntry).where(AuditEntry.action == "webhook.contacts_told")
        entry = session.scalars(acts).one()
    assert "@" not in bodies
    assert entry.details["contacts"] == approved.recipient_count
    assert "@" not in str(entry.details)


def test_one_that_does_not_ask_is_not_told(
    asks: Hook,
    outbox: Outbox,
    approved: Snapshot,
    receiver: Receiver,
    database: Database,
    people: People,
    named: Settings,
) -> None:
    with database.writing() as session:
        service.switch_off(session, people.manager, asks.id)
    webhook, secret = made(database, people.manager, named, receiver.url)
    outbox.send_due(approved.id)
    visit(Hook(database, named, webhook.id, secret))
    assert told(receiver)
    assert not [each for each in receiver.told if b"@" in each.body or b'contact"' in each.body]


def test_one_person_ends_it_at_once_and_the_next_try_names_nobody(
    asks: Hook,
    outbox: Outbox,
    approved: Snapshot,
    receiver: Receiver,
    database: Database,
    people: People,
) -> None:
    outbox.send_due(approved.id)
    receiver.script.append(500)
    visit(asks)
    assert b"@" in receiver.told[0].body
    with database.writing() as session:
        proposals.make_safer(session, people.manager, CONTACTS.at(people.manager.office.id), False)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        asks.visit()
    first, again = receiver.told
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert b"@" not in again.body


def test_of_who_was_erased_nothing_is_told(
    asks: Hook,
    outbox: Outbox,
    approved: Snapshot,
    receiver: Receiver,
    database: Database,
    people: People,
    named: Settings,
) -> None:
    outbox.send_due(approved.id)
    receiver.script.append(500)
    visit(asks)
    before = addresses(database)
    gone = min(before)
    with database.writing() as session:
        person = people_of.find(session, people.manager, gone)
        erasing.erase(session, people.manager, Sealer.of(named), person, "本人の請求")
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        asks.visit()
    first, again = ({each["id"]: each for each in of(call)} for call in receiver.of(SETTLED))
    assert gone in {each["contact"]["email"] for each in first.values()}
    assert set(again) == set(first)
    told_again = {each["contact"]["email"] for each in again.values() if "contact" in each}
    assert told_again == before - {gone}


def test_nobody_allows_it_alone(database: Database, people: People) -> None:
    office_id = people.manager.office.id
    with pytest.raises(UserError), database.writing() as session:
        proposals.make_safer(session, people.manager, CONTACTS.at(office_id), True)
    with pytest.raises(DBAPIError, match="not_safer"), database.writing() as session:
        session.add(
            SettingChange(
                office_id=office_id,
                kind=CONTACTS.name,
                subject="",
                before="false",
                after="true",
                basis=Basis.SAFER,
                staff_id=people.manager.id,
                at=clock.now(),
            )
        )
