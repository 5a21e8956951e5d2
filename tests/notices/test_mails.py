"""The mails: one to each person about each notice, what it says, and when it reminds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.clock import TOKYO
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.notices import addressing, service
from eventmail.notices.models import Notice, NoticeMail, NoticeReminder
from eventmail.offices.models import Role, Staff
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.staffmail.models import NoticeState
from eventmail.wire import parse_mail
from tests.conftest import Meeting
from tests.notices.bureau import (
    OWN,
    TEXT,
    TITLE,
    Bureau,
    correct,
    draft,
    send,
    serve_as,
    set_up,
    withdraw,
)
from tests.recorder import Recorder

URL = "https://mail.himesato.example"
once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=URL)


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


@pytest.fixture
def bureau(database: Database, people: People) -> Bureau:
    """Author and checker of the sample office have addresses of their own."""
    made = set_up(database)
    with database.writing() as session:
        for role in ("author", "checker"):
            session.get_one(Staff, getattr(people, role).id).address = f"{role}@{OWN}"
    return made


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Noon in Tokyo, whenever the suite runs."""
    today = datetime.combine(clock.today(), datetime.min.time(), TOKYO)
    with time_machine.travel(today + timedelta(hours=12), tick=False) as traveller:
        yield traveller


def mails(recorder: Recorder) -> list[tuple[str, str, str]]:
    """What came: to which one person, subject and body."""
    found = []
    for mail in recorder.received:
        parsed = parse_mail(mail.content)
        (to,) = mail.rcpt_to
        found.append((to.partition("@")[0], parsed.value("Subject"), parsed.body))
    return found


def told(recorder: Recorder, word: str) -> list[str]:
    """To whom went a mail whose subject has this word, in order."""
    return [to for to, subject, _ in mails(recorder) if word in subject]


def own(database: Database, sent: list[Notice], people: People) -> Notice:
    (found,) = [each for each in sent if each.office_id == people.author.office.id]
    return found


def read(database: Database, people: People, notice: Notice) -> None:
    with database.writing() as session:
        service.read(session, people.author, notice.id)


@once
def test_each_gets_a_mail_of_his_own_without_the_text(
    database: Database,
    bureau: Bureau,
    people: People,
    noon: object,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    sent = own(database, send(database, bureau.overseer, draft()), people)
    for _ in range(2):
        outbox.sweep()
    assert sorted(to for to, _, _ in mails(recorder)) == ["author", "checker"]
    (_, subject, body), _ = mails(recorder)
    assert subject == f"【イベントメール】労働局からの注意喚起：{TITLE}"
    due = clock.japanese_date(clock.today() + timedelta(days=7))
    for line in (
        f"題　　名：{TITLE}",
        "差 出 人：みどり野労働局",
        f"期　　限：{due}",
        f"{URL}/notices/{sent.id}\r\n",
    ):
        assert line in body
    assert not any(each in body for each in TEXT.splitlines())


@once
def test_a_notice_is_mailed_at_night_too_but_nobody_is_reminded_then(
    database: Database,
    bureau: Bureau,
    noon: time_machine.Traveller,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    noon.shift(timedelta(hours=9))
    send(database, bureau.overseer, draft(days=1))
    outbox.sweep()
    assert len(told(recorder, "注意喚起")) == 2
    noon.shift(timedelta(hours=23))
    outbox.sweep()
    assert told(recorder, "読んでください") == []


def test_who_has_not_read_it_is_reminded_two_days_before_and_once_after(
    database: Database,
    bureau: Bureau,
    people: People,
    noon: time_machine.Traveller,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    sent = own(database, send(database, bureau.overseer, draft(days=4)), people)
    read(database, people, sent)
    days: list[int] = []
    for day in range(9):
        before = len(told(recorder, "読んでください"))
        for _ in range(2):
            outbox.sweep()
        days += [day] * (len(told(recorder, "読んでください")) - before)
        noon.shift(timedelta(days=1))
    assert days == [2, 5]
    assert set(told(recorder, "読んでください")) == {"checker"}
    late = ["期限を過ぎています" in body for _, s, body in mails(recorder) if "読んで" in s]
    assert late == [False, True]


@once
def test_one_reminder_a_day_tells_of_everything_and_none_on_the_day_of_the_notice(
    database: Database,
    bureau: Bureau,
    noon: time_machine.Traveller,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    for days in (1, 2):
        send(database, bureau.overseer, draft(title=f"あと{days}日", days=days))
    outbox.sweep()
    assert told(recorder, "読んでください") == []
    noon.shift(timedelta(days=1))
    outbox.sweep()
    assert sorted(told(recorder, "読んでください（2件）")) == ["author", "checker"]


@once
def test_what_was_read_or_withdrawn_before_its_mail_went_is_not_mailed(
    database: Database,
    bureau: Bureau,
    people: People,
    noon: object,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    read(database, people, own(database, send(database, bureau.overseer, draft()), people))
    withdraw(database, bureau.overseer, send(database, bureau.overseer, draft())[0].batch)
    outbox.sweep()
    assert [to for to, _, _ in mails(recorder)] == ["checker"]


@once
def test_whoever_was_told_by_mail_is_told_of_a_withdrawal_or_a_correction(
    database: Database,
    bureau: Bureau,
    noon: object,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    first, second = (send(database, bureau.overseer, draft())[0] for _ in range(2))
    outbox.sweep()
    correct(database, bureau.overseer, first, title="正しい題名")
    withdraw(database, bureau.overseer, second.batch, "別の局のもの")
    outbox.sweep()
    assert sorted(told(recorder, "注意喚起（訂正）：正しい題名")) == ["author", "checker"]
    assert sorted(told(recorder, f"注意喚起の取り下げ：{TITLE}")) == ["author", "checker"]
    assert not any("別の局のもの" in body for _, _, body in mails(recorder))


@once
def test_a_withdrawal_follows_a_mail_that_is_on_its_way(
    database: Database,
    bureau: Bureau,
    noon: object,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    """Another worker has the first mail in hand while this one comes to the second."""
    (first, _) = send(database, bureau.overseer, draft())
    with database.writing() as session:
        under_way = {"state": NoticeState.CLAIMED, "due_at": clock.now() + timedelta(minutes=2)}
        session.execute(sa.update(NoticeMail).values(**under_way))
    withdraw(database, bureau.overseer, first.batch)
    outbox.sweep()
    assert sorted(told(recorder, "取り下げ")) == ["author", "checker"]


@once
def test_nobody_is_reminded_of_what_does_not_hold(
    database: Database,
    bureau: Bureau,
    noon: time_machine.Traveller,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    first, second = (send(database, bureau.overseer, draft(days=1))[0] for _ in range(2))
    outbox.sweep()
    correct(database, bureau.overseer, first, title="正しい題名")
    withdraw(database, bureau.overseer, second.batch)
    noon.shift(timedelta(days=1))
    outbox.sweep()
    assert told(recorder, "読んでください") == []


@once
def test_who_wants_no_notices_has_left_or_is_on_a_roster_gets_none(
    database: Database,
    bureau: Bureau,
    people: People,
    meeting: Meeting,
    noon: object,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    with database.writing() as session:
        session.get_one(Staff, people.author.id).notices = False
        contact = session.scalars(sa.select(Contact).limit(1)).one()
        contact.address = contact.address_key = f"checker@{OWN}"
        session.get_one(Staff, people.approver.id).address = f"approver@{OWN}"
    send(database, bureau.overseer, draft())
    with database.writing() as session:
        serve_as(session, people.approver)
    outbox.sweep()
    assert mails(recorder) == []
    with database.reading() as session:
        states = session.execute(sa.text("SELECT state FROM notice_mails ORDER BY id")).scalars()
        assert sorted(states) == ["dropped", "refused"]


@once
def test_no_reminder_waits_for_whoever_has_left(
    database: Database,
    bureau: Bureau,
    people: People,
    noon: time_machine.Traveller,
    outbox: Outbox,
) -> None:
    send(database, bureau.overseer, draft(days=1))
    with database.writing() as session:
        serve_as(session, people.author)
    noon.shift(timedelta(days=1))
    outbox.sweep()
    with database.reading() as session:
        reminded = session.scalars(sa.select(NoticeReminder.staff_id)).all()
    assert list(reminded) == [people.checker.id]


@once
def test_the_preview_counts_those_who_get_a_mail(database: Database, bureau: Bureau) -> None:
    with database.reading() as session:
        overseer = session.get_one(Staff, bureau.overseer.id)
        to = addressing.prepared(session, overseer, draft(roles=[Role.AUTHOR]))
    assert (to.count, to.mailed, to.example.name) == (2, 1, "あけぼの公共職業安定所")
