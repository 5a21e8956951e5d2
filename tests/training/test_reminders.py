"""When a mail reminds, whom, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine

from eventmail import clock
from eventmail.clock import TOKYO
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.offices.models import Staff
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.staffmail.daily import Told, is_wanted
from eventmail.wire import parse_mail
from tests.conftest import Meeting
from tests.recorder import Recorder
from tests.staffmail.staff import OWN, URL
from tests.training.asking import CHECKLIST, TEST, answer, assign, bad, count, good

DUE = date(2026, 12, 10)
ASSIGNED = datetime(2026, 12, 1, 9, tzinfo=TOKYO)


def told(*days: int) -> list[Told]:
    """Reminders made on these days of December, at ten."""
    return [Told(date(2026, 12, day), datetime(2026, 12, day, 10, tzinfo=TOKYO)) for day in days]


WHEN: dict[str, tuple[int, list[Told], bool]] = {
    "it is new": (1, [], True),
    "and told": (1, told(1), False),
    "some days later": (5, told(1), False),
    "the day before its last day": (9, told(1), True),
    "and told then": (9, told(1, 9), False),
    "its last day": (10, told(1, 9), False),
    "its last day, when nobody could be told the day before": (10, told(1), True),
    "the day after": (11, told(1, 9), True),
    "and told that it is over": (11, told(1, 9, 11), False),
    "for ever after": (30, told(1, 9, 11), False),
    "long after, when nobody could be told": (25, told(1, 9), True),
    "told of another today, before this was assigned": (
        1,
        [Told(date(2026, 12, 1), ASSIGNED - timedelta(hours=1))],
        False,
    ),
    "told of another before this was assigned": (
        2,
        [Told(date(2026, 11, 30), ASSIGNED - timedelta(days=1))],
        True,
    ),
}


@pytest.mark.parametrize(("day", "before", "expected"), WHEN.values(), ids=WHEN)
def test_a_mail_is_wanted_when(day: int, before: list[Told], expected: bool) -> None:
    assert is_wanted(date(2026, 12, day), DUE, ASSIGNED, before) is expected


@pytest.fixture
def known(database: Database, people: People) -> People:
    """Author and checker have addresses of their own; the approver has none."""
    with database.writing() as session:
        for role in ("author", "checker"):
            session.get_one(Staff, getattr(people, role).id).address = f"{role}@{OWN}"
    return people


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Noon in Tokyo, whenever the suite runs."""
    today = datetime.combine(clock.today(), datetime.min.time(), TOKYO)
    with time_machine.travel(today + timedelta(hours=12), tick=False) as traveller:
        yield traveller


def reminders(recorder: Recorder) -> dict[str, list[str]]:
    """The bodies of the reminders, by the one person each went to."""
    found: dict[str, list[str]] = {}
    for mail in recorder.received:
        parsed = parse_mail(mail.content)
        (to,) = mail.rcpt_to
        if "自主点検をお願いします" in parsed.value("Subject"):
            found.setdefault(to.partition("@")[0], []).append(parsed.body)
    return found


def test_each_is_told_alone_of_all_that_is_open_for_him_once_a_day(
    database: Database, known: People, noon: object, outbox: Outbox, recorder: Recorder
) -> None:
    assign(database, known.manager, CHECKLIST, TEST)
    for _ in range(2):
        outbox.sweep()
    found = reminders(recorder)
    assert {role: len(bodies) for role, bodies in found.items()} == {"author": 1, "checker": 1}
    (body,) = found["author"]
    assert "個人情報とメールの自主点検表" in body
    assert "To・Cc・Bccの確認テスト" in body
    assert clock.japanese_date(clock.today() + timedelta(days=7)) in body
    assert f"{URL}/training\r\n" in body


def test_who_is_done_is_told_no_more_and_who_is_late_once(
    database: Database,
    known: People,
    noon: time_machine.Traveller,
    outbox: Outbox,
    recorder: Recorder,
) -> None:
    assign(database, known.manager, TEST, days=3)
    answer(database, known.author, good(TEST))
    answer(database, known.checker, bad(TEST))
    for _ in range(6):
        outbox.sweep()
        noon.shift(timedelta(days=1))
    found = reminders(recorder)
    assert set(found) == {"checker"}
    assert ["期限を過ぎています" in body for body in found["checker"]] == [False, False, True]


def test_what_was_done_meanwhile_is_dropped(
    database: Database, known: People, noon: object, outbox: Outbox, recorder: Recorder
) -> None:
    assign(database, known.manager, TEST, to=known.author)
    recorder.script("RCPT", "451 later")
    outbox.sweep()
    assert count(database, "training_reminders") == 1
    answer(database, known.author, good(TEST))
    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        outbox.sweep()
    assert reminders(recorder) == {}


@pytest.mark.parametrize(("hour", "sent"), [(7, 0), (8, 1), (18, 1), (19, 0)])
def test_nobody_is_told_at_night(
    database: Database, known: People, outbox: Outbox, recorder: Recorder, hour: int, sent: int
) -> None:
    today = datetime.combine(clock.today(), datetime.min.time(), TOKYO)
    with time_machine.travel(today + timedelta(hours=hour), tick=False):
        assign(database, known.manager, TEST, to=known.author)
        outbox.sweep()
    assert len(recorder.received) == sent


def test_who_wants_no_notices_or_has_no_address_is_told_on_the_page_only(
    database: Database, known: People, noon: object, outbox: Outbox, recorder: Recorder
) -> None:
    with database.writing() as session:
        session.get_one(Staff, known.author.id).notices = False
        session.get_one(Staff, known.checker.id).address = None
    assign(database, known.manager, TEST)
    outbox.sweep()
    assert reminders(recorder) == {}
    assert count(database, "training_reminders") == 0


def test_an_address_that_a_roster_knows_is_nobodys(
    database: Database, known: People, meeting: Meeting, noon: object, outbox: Outbox,
    recorder: Recorder,
) -> None:  # fmt: skip
    with database.writing() as session:
        contact = session.get_one(Contact, 1)
        contact.address = contact.address_key = f"author@{OWN}"
    assign(database, known.manager, TEST, to=known.author)
    outbox.sweep()
    assert reminders(recorder) == {}
