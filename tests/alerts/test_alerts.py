"""When a sending stops, the office learns of it on every page and in its own mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.alerts import sending, service
from eventmail.alerts.models import Alert, AlertMail
from eventmail.audit.models import AuditEntry
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import NotFound
from eventmail.events.models import Contact, Event
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import Forbidden
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.wire import Relay, parse_mail
from tests.conftest import Meeting
from tests.mailings.journey import approve, check, submit
from tests.pages import Pages
from tests.recorder import DROP, Recorder

OFFICE = "gakusotsu@himesato-anteisho.example"
LATE = "late@newcomer.example"


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def refused(database: Database, people: People, meeting: Meeting) -> Snapshot:
    """Approved, and then an address in the letter becomes another participant's."""
    with database.writing() as session:
        session.merge(meeting.mailing).body += f"\n問い合わせ：{LATE}\n"
    snapshot = submit(database, people, meeting.mailing.id, answering=True)
    check(database, people, meeting.mailing.id)
    approve(database, people, meeting.mailing.id)
    with database.writing() as session:
        other = session.get_one(Contact, snapshot.recipients[0].contact_id)
        owner = {
            name: getattr(other, name)
            for name in ("office_id", "event_id", "participant_id", "import_id")
        }
        session.add(
            Contact(
                **owner,
                address=LATE,
                address_key=LATE,
                active=False,
                source_row=99,
                row_digest="0" * 64,
            )
        )
    return snapshot


def raise_one(database: Database, sentence: str = "止まりました。") -> int:
    with database.writing() as session:
        box = session.scalars(sa.select(Event)).one().reply_to
        return service.raise_alert(session, box, "test", "mailing:1", sentence).id


def mail_of(database: Database, alert_id: int) -> AlertMail:
    with database.reading() as session:
        return session.get_one(Alert, alert_id).mail


def test_a_refusal_at_the_gate_is_mailed_to_the_office_and_shown_on_every_page(
    refused: Snapshot,
    outbox: Outbox,
    recorder: Recorder,
    database: Database,
    sign_in: Callable[[str], Pages],
) -> None:
    outbox.send_due(refused.id)
    (mail,) = recorder.received
    assert mail.rcpt_to == (OFFICE,)
    parsed = parse_mail(mail.content)
    assert parsed.value("Auto-Submitted") == "auto-generated"
    assert "送信ゲートが止めました" in parsed.body
    assert f"番号{refused.mailing_id}" in parsed.body
    assert "newcomer" not in parsed.body
    for role in ("author", "checker", "approver"):
        browser = sign_in(role)
        for path in ("/", f"/events/{refused.event_id}", f"/mailings/{refused.mailing_id}"):
            assert "止まった送信があります" in browser.get(path).text
    with database.reading() as session:
        entries = [
            e for e in session.scalars(sa.select(AuditEntry)) if e.action == "dispatch.halted"
        ]
        assert [e.details["rule"] for e in entries] == ["other_address"]
        assert not [e for e in session.scalars(sa.select(AuditEntry)) if LATE in str(e.details)]


def test_two_workers_that_run_into_the_same_tell_the_office_once(
    refused: Snapshot, outbox: Outbox, recorder: Recorder
) -> None:
    outbox.send_due(refused.id)
    outbox.send_due(refused.id)
    outbox.sweep()
    assert len(recorder.received) == 1


def test_the_manager_takes_it_off_the_pages_and_the_record_says_who(
    refused: Snapshot,
    outbox: Outbox,
    database: Database,
    people: People,
    sign_in: Callable[[str], Pages],
) -> None:
    outbox.send_due(refused.id)
    with database.reading() as session:
        alert = session.scalars(sa.select(Alert)).one()
    sign_in("author").post(f"/alerts/{alert.id}/seen", status=403)
    browser = sign_in("approver")
    page = browser.post(f"/alerts/{alert.id}/seen")
    assert "対応を始めたことを記録しました" in page.text
    assert "止まった送信があります" not in sign_in("author").get("/").text
    browser.post(f"/alerts/{alert.id}/seen")
    with database.reading() as session:
        seen = session.get_one(Alert, alert.id)
        actions = session.scalars(
            sa.select(AuditEntry.staff_id).where(AuditEntry.action == "alert.seen_to")
        ).all()
    assert seen.seen_by == people.approver.id
    assert actions == [people.approver.id]


def test_a_click_by_get_changes_nothing(
    database: Database, meeting: Meeting, sign_in: Callable[[str], Pages]
) -> None:
    alert_id = raise_one(database)
    sign_in("approver").get(f"/alerts/{alert_id}/seen", status=405)
    with database.reading() as session:
        assert session.get_one(Alert, alert_id).seen_at is None


class TestMail:
    """The mail of an alert waits for the relay, and is not doubled."""

    def test_a_relay_that_is_down_delays_it(
        self, database: Database, meeting: Meeting, relay: Relay, recorder: Recorder
    ) -> None:
        alert_id = raise_one(database)
        sending.send_due(database, lambda *_: replace(relay, username="office", password="wrong"))
        assert mail_of(database, alert_id) is AlertMail.QUEUED
        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            sending.send_due(database, lambda *_: relay)
        assert mail_of(database, alert_id) is AlertMail.ACCEPTED
        assert len(recorder.received) == 1

    def test_a_relay_that_is_down_for_a_day_loses_none(
        self, database: Database, meeting: Meeting, relay: Relay, recorder: Recorder
    ) -> None:
        alert_id = raise_one(database)
        start, wrong = clock.now(), replace(relay, username="office", password="wrong")
        for number in range(sending.MOST_ATTEMPTS + 1):
            with time_machine.travel(start + number * timedelta(hours=1)):
                sending.send_due(database, lambda *_: wrong)
                assert mail_of(database, alert_id) is AlertMail.QUEUED
        with time_machine.travel(start + timedelta(days=2)):
            sending.send_due(database, lambda *_: relay)
        assert mail_of(database, alert_id) is AlertMail.ACCEPTED
        assert len(recorder.received) == 1

    @pytest.mark.parametrize(
        ("verb", "answer", "fate"),
        [
            ("RCPT", "550 no such mailbox", AlertMail.REFUSED),
            ("RCPT", "451 later", AlertMail.QUEUED),
            ("DOT", DROP, AlertMail.UNCERTAIN),
        ],
        ids=["never", "later", "lost"],
    )
    def test_the_relays_answer_decides(
        self,
        database: Database,
        meeting: Meeting,
        relay: Relay,
        recorder: Recorder,
        verb: str,
        answer: str,
        fate: AlertMail,
    ) -> None:
        alert_id = raise_one(database)
        recorder.script(verb, answer)
        sending.send_due(database, lambda *_: relay)
        assert mail_of(database, alert_id) is fate

    def test_it_is_given_up_after_two_hours(
        self, database: Database, meeting: Meeting, relay: Relay, recorder: Recorder
    ) -> None:
        alert_id = raise_one(database)
        recorder.script("RCPT", "451 later", times=sending.MOST_ATTEMPTS)
        start = clock.now()
        for number in range(sending.MOST_ATTEMPTS + 1):
            with time_machine.travel(start + number * timedelta(minutes=6)):
                sending.send_due(database, lambda *_: relay)
        assert mail_of(database, alert_id) is AlertMail.REFUSED
        assert recorder.received == []

    def test_one_that_cannot_be_made_holds_up_neither_the_others_nor_the_mailings(
        self, database: Database, approved: Snapshot, outbox: Outbox, recorder: Recorder
    ) -> None:
        broken = raise_one(database, "使えない文字\x07")
        other = raise_one(database)
        outbox.sweep()
        assert outbox.huey.pending_count() == 1
        assert mail_of(database, broken) is AlertMail.QUEUED
        assert mail_of(database, other) is AlertMail.ACCEPTED
        assert len(recorder.received) == 1

    def test_no_participants_address_travels_in_it(
        self, database: Database, meeting: Meeting, relay: Relay, recorder: Recorder
    ) -> None:
        with database.reading() as session:
            address = session.scalars(sa.select(Contact.address).limit(1)).one()
        alert_id = raise_one(database, f"{address} が見えます。")
        sending.send_due(database, lambda *_: relay)
        assert recorder.seen == []
        assert mail_of(database, alert_id) is AlertMail.REFUSED


def test_another_offices_alert_is_not_there(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        with pytest.raises(NotFound):
            service.see_to(session, people.approver, 999)
        with pytest.raises(Forbidden):
            service.see_to(session, people.checker, 1)
