"""From what is recorded to what a receiver reads: everything once, in numbers and states."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.audit.keys import ChainKeys
from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Source
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact, Participant
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot, SnapshotRecipient
from eventmail.offices.models import Office, Staff
from eventmail.outbox import control, decisions, ledger
from eventmail.outbox import service as sendings
from eventmail.outbox.ledger import Settlement
from eventmail.outbox.models import Delivery, DeliveryState, Verdict
from eventmail.outbox.returns import Returns
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.webhooks import filing, settled
from eventmail.webhooks.kinds import ALL, ATTENTION, KINDS, SETTLED
from eventmail.webhooks.models import WebhookCall
from tests.bounces.conftest import BOX, came_back
from tests.conftest import Meeting
from tests.counting import heard
from tests.mailings import journey
from tests.outbox import hands as ledgers
from tests.recorder import Recorder
from tests.webhooks.hands import Hook, made
from tests.webhooks.receiver import Receiver

LATER = timedelta(minutes=2)  # than what is too young to be told


@pytest.fixture
def outbox(named: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(named, database)
    yield found
    found.huey.storage.close()


def visit(hook: Hook) -> None:
    with time_machine.travel(clock.now() + LATER):
        hook.visit()


def states(receiver: Receiver, kind: str = SETTLED) -> dict[int, list[str]]:
    """What was told of each mail, in the order of the calls."""
    found: dict[int, list[str]] = {}
    for told in receiver.of(kind):
        for each in told.news["data"]["deliveries"]:
            found.setdefault(each["id"], []).append(each["state"])
    return found


def test_a_whole_sending_is_told_once_and_names_nobody(
    hook: Hook, outbox: Outbox, approved: Snapshot, receiver: Receiver, database: Database
) -> None:
    outbox.send_due(approved.id)
    for _ in range(2):
        visit(hook)
    kinds = Counter(told.news["type"] for told in receiver.told)
    assert kinds == {"sending.finished": 1, SETTLED: 1}
    (finished,), (told,) = receiver.of("sending.finished"), receiver.of(SETTLED)
    mails = approved.recipient_count
    assert finished.news["data"]["deliveries"] == {"accepted": mails}
    deliveries = told.news["data"]["deliveries"]
    assert len(deliveries) == len({each["id"] for each in deliveries}) == mails
    assert {(each["state"], each["reply_class"]) for each in deliveries} == {("accepted", "2xx")}
    assert set(deliveries[0]) == {"id", "participant_id", "contact_id", "state", "reply_class"}
    assert told.news["data"]["mailing_id"] == approved.mailing_id
    _names_nobody(database, receiver)


def _names_nobody(database: Database, receiver: Receiver) -> None:
    """Every name and address that the office knows is looked for in every byte that came."""
    with database.reading() as session:
        words = {
            word
            for row in session.execute(sa.select(Contact.name, Contact.address))
            for word in row
        }
        words |= set(session.scalars(sa.select(Participant.company)))
        words |= set(session.scalars(sa.select(Staff.name)))
        words |= set(session.scalars(sa.select(Office.name)))
    words.discard("")
    assert len(words) > 60
    for told in receiver.told:
        whole = json.dumps(told.news, ensure_ascii=False) + str(told.headers)
        assert "@" not in whole
        assert not [word for word in words if word in whole]


def test_the_way_of_a_mailing_is_told(
    database: Database, people: People, meeting: Meeting, hook: Hook, receiver: Receiver
) -> None:
    number = meeting.mailing.id
    journey.submit(database, people, number, answering=True)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, number, lock=True)
        mailings.give_back(session, people.checker, mailing, mailing.latest.digest, "直す")
    journey.submit(database, people, number, answering=True)
    journey.check(database, people, number)
    journey.approve(database, people, number)
    hook.visit()
    told = [(each.news["type"], each.news["data"]) for each in receiver.told]
    about = {"mailing_id": number, "event_id": meeting.event.id, "page": f"/mailings/{number}"}
    with database.reading() as session:
        mails = session.scalars(sa.select(Snapshot).order_by(Snapshot.id.desc())).first()
    assert told == [
        ("mailing.submitted", about),
        ("mailing.returned", about | {"by": "checker"}),
        ("mailing.submitted", about),
        ("mailing.checked", about),
        ("mailing.approved", about),
        ("sending.scheduled", about | {"mails": mails.recipient_count}),
    ]
    assert all(re.fullmatch(r".+Z", each.news["timestamp"]) for each in receiver.told)


def test_stops_of_a_sending_and_of_the_office_are_told(
    database: Database, people: People, approved: Snapshot, hook: Hook, receiver: Receiver
) -> None:
    with database.writing() as session:
        snapshot = session.get_one(Snapshot, approved.id)
        control.pause(session, people.author, snapshot)
        control.go_on(session, people.approver, snapshot)
        control.stop_office(session, people.author, "確かめるため")
        control.resume_office(session, people.approver)
        control.cancel(session, people.approver, snapshot)
    hook.visit()
    kinds = [each.news["type"] for each in receiver.told]
    assert kinds == [
        *("sending.paused", "sending.resumed", "office.stopped", "office.resumed"),
        *("sending.finished", "sending.stopped"),
    ]
    assert receiver.of("sending.stopped")[0].news["data"]["reason"] == "cancelled"


def test_a_gate_refusal_is_told_with_its_rule(
    database: Database, approved: Snapshot, hook: Hook, receiver: Receiver
) -> None:
    with database.writing() as session:
        snapshot = session.get_one(Snapshot, approved.id)
        sendings.halt(session, snapshot, "one_to", "止めました")
    hook.visit()
    (told,) = receiver.of("sending.halted")
    assert told.news["data"]["rule"] == "one_to"


def test_more_than_a_hundred_mails_go_in_several_calls(
    hook: Hook,
    outbox: Outbox,
    approved: Snapshot,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settled, "MOST", 7)
    monkeypatch.setattr(settled, "PORTION", 10)
    outbox.send_due(approved.id)
    visit(hook)
    told = states(receiver)
    assert len(told) == approved.recipient_count
    assert all(each == ["accepted"] for each in told.values())
    assert max(len(each.news["data"]["deliveries"]) for each in receiver.of(SETTLED)) <= 7


def test_what_needs_a_person_is_told_apart(
    hook: Hook, outbox: Outbox, approved: Snapshot, receiver: Receiver, recorder: Recorder
) -> None:
    recorder.script("RCPT", "")
    recorder.script("RCPT", "550 5.1.1 no such user")
    outbox.send_due(approved.id)
    visit(hook)
    (attention,) = receiver.of(ATTENTION)
    (refused,) = attention.news["data"]["deliveries"]
    assert (refused["state"], refused["reply_class"]) == ("refused", "5xx")
    assert states(receiver)[refused["id"]] == ["refused"]


def test_a_mail_on_its_way_holds_the_mark_back_and_is_told_when_it_is_settled(
    database: Database, approved: Snapshot, hook: Hook, receiver: Receiver
) -> None:
    with database.writing() as session:
        ledgers.let_go(session, approved.id)
        (key,) = ledgers.claim(session, approved.id, "w")
        ledgers.hand_over(session, key, "w")
    visit(hook)
    assert states(receiver) == {}
    with database.writing() as session:
        accepted = DeliveryState.ACCEPTED
        ledger.settle_all(session, [Settlement(key, 1, accepted, "accepted", 250, "ok")])
    visit(hook)
    assert states(receiver) == {key: ["accepted"]}


def test_an_uncertain_mail_is_told_again_when_the_late_answer_comes(
    database: Database, approved: Snapshot, hook: Hook, receiver: Receiver
) -> None:
    with database.writing() as session:
        ledgers.let_go(session, approved.id)
        (key,) = ledgers.claim(session, approved.id, "w")
        ledgers.hand_over(session, key, "w")
    with time_machine.travel(clock.now() + LATER), database.writing() as session:
        ledger.reclaim_lapsed(session)
    visit(hook)
    with database.writing() as session:
        accepted = DeliveryState.ACCEPTED
        ledger.settle_all(session, [Settlement(key, 1, accepted, "accepted", 250, "ok")])
    for _ in range(2):
        visit(hook)
    assert states(receiver) == {key: ["uncertain", "accepted"]}


def test_an_uncertain_mail_is_told_again_when_a_person_has_decided(
    database: Database, people: People, approved: Snapshot, hook: Hook, receiver: Receiver
) -> None:
    with database.writing() as session:
        ledgers.let_go(session, approved.id)
        (key,) = ledgers.claim(session, approved.id, "w")
        ledgers.hand_over(session, key, "w")
        uncertain = DeliveryState.UNCERTAIN
        ledger.settle_all(session, [Settlement(key, 1, uncertain, "uncertain", None, "cut")])
    visit(hook)
    with database.writing() as session:
        decisions.decide(session, people.author, key, Verdict.NOT_ARRIVED)
    visit(hook)
    assert states(receiver) == {key: ["uncertain", "refused"]}


def test_each_is_told_what_it_wants_and_of_its_own_office(
    database: Database,
    people: People,
    named: Settings,
    approved: Snapshot,
    outbox: Outbox,
    receiver: Receiver,
) -> None:
    only, _ = made(database, people.manager, named, receiver.url, ["sending.finished"])
    outbox.send_due(approved.id)
    hook = Hook(database, named, only.id, "")
    visit(hook)
    assert [each.news["type"] for each in receiver.told] == ["sending.finished"]


def test_nothing_is_filed_twice_nor_lost_when_a_worker_dies(
    database: Database,
    approved: Snapshot,
    outbox: Outbox,
    hook: Hook,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dies after each call that was filed, before its transaction is committed."""
    outbox.send_due(approved.id)
    added, kept = [], settled.add

    def dies(*given: object) -> WebhookCall:
        added.append(kept(*given))  # type: ignore[arg-type]
        raise RuntimeError("killed")

    for module, work in ((filing, filing.note), (settled, settled.note)):
        with monkeypatch.context() as patched:
            patched.setattr(module, "add", dies)
            with time_machine.travel(clock.now() + LATER), pytest.raises(RuntimeError):
                work(database)
    assert len(added) == 2
    assert list(hook.calls()) == []
    visit(hook)
    assert Counter(each.news["type"] for each in receiver.told) == {
        "sending.finished": 1,
        SETTLED: 1,
    }


def test_what_was_before_it_was_made_is_not_told(
    database: Database,
    people: People,
    named: Settings,
    approved: Snapshot,
    outbox: Outbox,
    receiver: Receiver,
) -> None:
    outbox.send_due(approved.id)
    webhook, secret = made(database, people.manager, named, receiver.url)
    visit(Hook(database, named, webhook.id, secret))
    assert receiver.told == []


def test_sending_asks_and_writes_nothing_for_webhooks(
    database: Database, approved: Snapshot, outbox: Outbox, hook: Hook
) -> None:
    """The hot path knows no table of this room."""
    with heard() as seen:
        outbox.send_due(approved.id)
    assert len(seen) > 20
    assert not [each for each in seen if "webhook" in each.lower()]


def test_every_kind_has_its_sentence_and_comes_from_somewhere() -> None:
    told = {kind for kind, _ in filing.ACTS.values()} | {SETTLED, ATTENTION}
    assert told == set(KINDS)
    assert set(ALL) - set(KINDS) == {"webhook.test"}


def test_a_mail_that_came_back_is_told(
    database: Database,
    named: Settings,
    approved: Snapshot,
    outbox: Outbox,
    hook: Hook,
    receiver: Receiver,
) -> None:
    outbox.send_due(approved.id)
    visit(hook)
    returns = Returns.of(BOX, ChainKeys.of(named))
    assert returns is not None
    key, address = _first(database)
    with time_machine.travel(clock.now() + LATER):
        report = came_back(str(returns.of_delivery(key)), address)
        Intake(database, returns).take(report, Source.PIPE)
        hook.visit()
    assert states(receiver)[key] == ["accepted", "bounced"]
    assert states(receiver, ATTENTION) == {key: ["bounced"]}
    _names_nobody(database, receiver)


def _first(database: Database) -> tuple[int, str]:
    same = sa.and_(
        SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
        SnapshotRecipient.contact_id == Delivery.contact_id,
    )
    query = sa.select(Delivery.id, SnapshotRecipient.address).join(SnapshotRecipient, same)
    with database.reading() as session:
        key, address = session.execute(query.order_by(Delivery.id).limit(1)).one()
    return key, address
