"""Two of thirty mails come back: the office sees whom they did not reach, calls, and repairs one.

The reports come as mail servers send them, over SMTP to the built-in receiver, addressed to the
envelope sender that each mail really had.
"""

from __future__ import annotations

import smtplib  # noqa: TID251
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa

from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Source
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings.models import Snapshot
from eventmail.wire import Relay
from eventmail.wire.inbox.receiving import Receiver
from tests.bounces.conftest import BOX, came_back
from tests.journeys import deeds
from tests.journeys.conftest import Enter
from tests.journeys.people import Person
from tests.recorder import Recorder, allow_port

pytestmark = pytest.mark.journey
NEW = "jinji-new@midori-shoji.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Mails come back to a mailbox of the installation."""
    return replace(settings, bounce_address=BOX)


@pytest.fixture
def receiver(settings: Settings, database: Database) -> Iterator[Receiver]:
    """As ``app.py receive-bounces`` starts it."""
    intake = Intake.of(settings, database)
    assert intake.returns is not None
    take = partial(intake.take, source=Source.RECEIVER)
    with Receiver(pattern=intake.returns.pattern, take=take) as found:
        allow_port(found.port)
        yield found


@pytest.fixture
def lost(database: Database, approved: Snapshot) -> list[Contact]:
    """The two whom the letter will not reach: one has moved, one has no such mailbox."""
    with database.reading() as session:
        found = session.scalars(sa.select(Contact).order_by(Contact.id)).all()
        for each in found:
            _ = each.participant.company
        return [found[2], found[10]]


def bring_back(recorder: Recorder, receiver: Receiver, lost: list[Contact]) -> None:
    """Their mail servers say so to the address that the mail came from."""
    came_from = {mail.rcpt_to[0]: mail.mail_from for mail in recorder.received}
    told = {lost[0].address: ("5.1.1", "User unknown"), lost[1].address: ("5.1.2", "No such host")}
    with smtplib.SMTP(receiver.host, receiver.port) as line:
        for address, (code, words) in told.items():
            box = came_from[address]
            line.sendmail("", [box], came_back(box, address, code, words))


def see_who_has_not_got_it(author: Person, approver: Person, lost: list[Contact]) -> None:
    approver.see("/")
    approver.reads("2社に届いていません")
    approver.picture("bounce-home")
    author.see("/mailings/1/progress")
    author.reads("2社に届いていません")
    author.reads("存在しないと返ってきました")
    for each in lost:
        author.reads(each.phone)
    author.picture("bounce-progress")
    author.press("アドレスを30件表示する")
    for each in lost:
        author.reads(each.address)


def repair(author: Person, contact: Contact) -> None:
    """She has asked on the phone. The roster is put right, and a draft for this one alone made."""
    row = author.page.get_by_role("row").filter(has_text=contact.participant.company)
    author.turn(row.get_by_role("link", name="修正して再送"))
    author.heading("修正して再送")
    author.fill("メールアドレス 必須", contact.address)
    author.fill("メールアドレス（確認のためもう一度）", contact.address)
    author.press("アドレスを直して、1件の下書きを作る")
    author.reads("届かなかったアドレスのままです")
    author.picture("bounce-same")
    author.fill("メールアドレス 必須", NEW)
    author.fill("メールアドレス（確認のためもう一度）", NEW)
    author.press("アドレスを直して、1件の下書きを作る")
    author.reads("この送信先だけへの下書きを作りました")
    author.picture("bounce-draft")
    author.fill("送る予定の件数", "1")
    author.press("保存して内容を見る")
    author.reads("本文を保存しました")
    for answer in author.page.get_by_label("件目の指摘にこのまま送ってよい理由").all():
        answer.fill("電話で確かめました。")
    author.picture("bounce-one")
    author.press("1件の送信を確認者に提出する")
    author.reads("確認者に提出しました（1件）。")


def test_two_come_back_and_one_is_repaired(
    lost: list[Contact],
    receiver: Receiver,
    relay: Relay,
    person: Enter,
    recorder: Recorder,
    database: Database,
) -> None:
    approver, author = person("approver"), person("author")
    author.see("/mailings/1/progress")
    author.reads("30件すべてを送信しました")
    first = deeds.addresses(database)
    deeds.expect_alone(recorder, first)
    bring_back(recorder, receiver, lost)
    see_who_has_not_got_it(author, approver, lost)
    recorder.received.clear()
    repair(author, lost[0])
    deeds.check(person("checker"), 1)
    assert recorder.received == [], "the second mail goes the ordinary way"
    approver.see("/")
    deeds.approve(approver, 1)
    approver.reads("1件すべてを送信しました")
    approver.picture("bounce-sent")
    (mail,) = deeds.expect_alone(recorder, {NEW})
    assert lost[0].participant.company in deeds.text_of(mail)
    assert len(deeds.files_of(mail)) == 2
    author.see("/mailings/1/progress")
    author.reads("アドレスは直してあります")
    author.picture("bounce-mended")
