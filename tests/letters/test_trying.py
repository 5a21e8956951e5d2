"""The test mail: to one of our own mailboxes, and to nobody else (L15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact
from eventmail.letters import trying
from eventmail.mailings.models import Mailing
from eventmail.offices.models import Office, Staff
from eventmail.outbox import limits
from eventmail.outbox.models import Attempt, Delivery
from eventmail.sample import People
from eventmail.staffmail import service as staffmail
from eventmail.wire import Kind, Relay, parse_mail
from tests.conftest import Meeting
from tests.pages import Page, Pages
from tests.recorder import DROP, Recorder

SignIn = Callable[[str], Pages]
MINE = "morishita@himesato-anteisho.example"
REPLIES = "gakusotsu@himesato-anteisho.example"


@pytest.fixture
def author(sign_in: SignIn) -> Pages:
    return sign_in("author")


def send(
    author: Pages, meeting: Meeting, contact: int = 1, status: int = 200, box: str = "mailbox-1"
) -> Page:
    path = f"/mailings/{meeting.mailing.id}/test-mail"
    author.get(f"{path}?contact={contact}")
    return author.post(path, {"box": box, "contact": str(contact)}, status=status)


def told(database: Database, action: str) -> list[dict[str, object]]:
    with database.reading() as session:
        query = sa.select(AuditEntry.details).where(AuditEntry.action == action)
        return list(session.scalars(query.order_by(AuditEntry.id)))


class TestWhatIsSent:
    def test_it_goes_to_our_own_mailbox_marked_and_worded_as_for_the_recipient(
        self, author: Pages, meeting: Meeting, recorder: Recorder, database: Database
    ) -> None:
        with database.reading() as session:
            contact = session.get_one(Contact, 5)
            company, address = contact.participant.company, contact.address
        page = send(author, meeting, contact=5)
        assert "テストメールを" in page.text
        (mail,) = recorder.received
        assert mail.rcpt_to == (REPLIES,)
        parsed = parse_mail(mail.content)
        assert parsed.value("To") == REPLIES
        assert parsed.value("Subject").startswith("【テスト】【企業と学校との雇用情報交換会】")
        assert company in parsed.body
        assert address not in mail.content.decode("ascii") + parsed.body
        assert [part.filename for part in parsed.attachments] == [
            each.filename for each in meeting.mailing.materials
        ]

    def test_no_delivery_comes_of_it_and_the_audit_knows_who_and_what(
        self, author: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        send(author, meeting)
        with database.reading() as session:
            for table in (Delivery, Attempt):
                assert session.scalars(sa.select(sa.func.count()).select_from(table)).one() == 0
            entry = session.scalars(
                sa.select(AuditEntry).where(AuditEntry.action == trying.SENT)
            ).one()
        assert (entry.staff_id, entry.subject) == (
            people.author.id,
            f"mailing:{meeting.mailing.id}",
        )
        assert set(entry.details) == {"box", "sha256"}
        assert told(database, trying.SETTLED) == [{"outcome": "accepted"}]

    @pytest.mark.parametrize("box", ["", "own", "mailbox-99", "PARTICIPANT", "mailbox-1,mailbox-2"])
    def test_no_other_mailbox_can_be_named(
        self, author: Pages, meeting: Meeting, recorder: Recorder, database: Database, box: str
    ) -> None:
        with database.reading() as session:
            participant = session.get_one(Contact, 1).address
        wanted = box.replace("PARTICIPANT", participant)
        send(author, meeting, box=wanted, status=409 if box else 422)
        assert recorder.seen == []

    def test_a_mailbox_of_ones_own_that_is_a_participants_is_refused(
        self, database: Database, meeting: Meeting, people: People
    ) -> None:
        from eventmail.mailings import service

        with database.reading() as session:
            mailing = session.get_one(Mailing, meeting.mailing.id)
            content = service.current_content(session, mailing)
            one = content.recipients[0]
            box = trying.Box("own", "森下", EmailAddress.parse(one.address))
            with pytest.raises(UserError, match="参加者名簿にもある"):
                trying.make(session, content, box, one)

    def test_ones_own_mailbox_comes_first_where_it_is_known(
        self,
        author: Pages,
        meeting: Meeting,
        people: People,
        database: Database,
        recorder: Recorder,
    ) -> None:
        path = f"/mailings/{meeting.mailing.id}/test-mail"
        assert "あなたのアドレスは登録されていません" in author.get(path).text
        with database.writing() as session:
            staff = session.get_one(Staff, people.author.id)
            staffmail.set_address(session, staff, MINE)
        page = author.get(path)
        offered = [e.attributes for e in page.all("input") if e.attributes.get("name") == "box"]
        assert [each["value"] for each in offered] == ["own", "mailbox-1"]
        assert "checked" in offered[0]
        send(author, meeting, box="own")
        (mail,) = recorder.received
        assert mail.rcpt_to == (MINE,)
        assert parse_mail(mail.content).value("To") == MINE

    def test_another_participants_address_in_the_letter_stops_it_at_the_gate(
        self, author: Pages, meeting: Meeting, recorder: Recorder, database: Database
    ) -> None:
        with database.writing() as session:
            other = session.get_one(Contact, 9).address
            session.get_one(Mailing, meeting.mailing.id).body = f"{{宛名}}\n{other}\n"
        send(author, meeting, status=409)
        assert recorder.seen == []
        assert told(database, trying.SENT) == []


class TestWhenNot:
    def test_not_while_the_office_has_stopped_everything(
        self, author: Pages, meeting: Meeting, recorder: Recorder, database: Database
    ) -> None:
        with database.writing() as session:
            session.scalars(sa.select(Office)).one().stopped_at = clock.now()
        assert "所の送信をすべて止めている" in send(author, meeting, status=409).text
        assert recorder.seen == []

    def test_not_more_than_a_few_in_ten_minutes(
        self, author: Pages, meeting: Meeting, recorder: Recorder
    ) -> None:
        for _ in range(trying.MOST_OF_ONE):
            send(author, meeting)
        assert "10分ほど待ってから" in send(author, meeting, status=409).text
        assert len(recorder.received) == trying.MOST_OF_ONE
        with time_machine.travel(clock.now() + timedelta(minutes=11)):
            send(author, meeting)
        assert len(recorder.received) == trying.MOST_OF_ONE + 1

    def test_not_more_than_an_office_needs_in_an_hour(
        self,
        author: Pages,
        meeting: Meeting,
        recorder: Recorder,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(trying, "MOST_OF_ALL", 2)
        for _ in range(2):
            send(author, meeting)
        assert "60分ほど待ってから" in send(author, meeting, status=409).text
        assert len(recorder.received) == 2

    def test_not_to_a_relay_that_waits_for_a_person(
        self, author: Pages, meeting: Meeting, recorder: Recorder, database: Database, app: Flask
    ) -> None:
        policy = app.extensions["eventmail"].outbox.policy
        with database.writing() as session:
            limits.block(session, policy, "送信サーバーが認証を拒否しました。")
        assert "認証を拒否しました" in send(author, meeting, status=409).text
        assert (recorder.seen, recorder.commands) == ([], [])

    @pytest.mark.parametrize("role", ["checker", "approver"])
    def test_not_by_those_who_do_not_write(
        self, sign_in: SignIn, meeting: Meeting, role: str
    ) -> None:
        path = f"/mailings/{meeting.mailing.id}/test-mail"
        sign_in(role).get(path, status=403)
        sign_in(role).post(path, {"box": "mailbox-1"}, status=403)

    def test_not_outside_the_sink_or_the_allowed_domains(
        self, database: Database, meeting: Meeting, people: People, relay: Relay, recorder: Recorder
    ) -> None:
        from eventmail.mailings import service

        with database.reading() as session:
            mailing = session.get_one(Mailing, meeting.mailing.id)
            content = service.current_content(session, mailing)
            box = trying.boxes(people.author, mailing)[0]
            cleared = trying.make(session, content, box, content.recipients[0])
        kind, sentence = trying.send(replace(relay, sink=False), cleared, box)
        assert kind is Kind.NOT_SENT
        assert "許可したドメイン以外" in sentence
        assert recorder.seen == []

    @pytest.mark.parametrize(
        ("verb", "answer", "sentence", "outcome"),
        [
            ("RCPT", "550 5.1.1 no such user", "送信サーバーの応答：550", "refused"),
            ("RCPT", "451 later", "送信サーバーの応答：451", "deferred"),
            ("DOT", DROP, "届いているか、受信箱を確かめてください", "uncertain"),
        ],
        ids=["refused", "later", "lost"],
    )
    def test_a_relay_that_does_not_take_it_is_told_of(
        self,
        author: Pages,
        meeting: Meeting,
        recorder: Recorder,
        database: Database,
        verb: str,
        answer: str,
        sentence: str,
        outcome: str,
    ) -> None:
        recorder.script(verb, answer)
        assert sentence in send(author, meeting, status=409).text
        assert told(database, trying.SETTLED) == [{"outcome": outcome}]
