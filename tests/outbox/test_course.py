"""A sending over time: every answer of the relay in its place, counted by one statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control, course, ledger, service
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.outbox.worker import Outbox
from eventmail.pictures.timeline import Counted
from eventmail.sample import People
from eventmail.wire import Kind
from tests.outbox import hands
from tests.pages import Pages
from tests.recorder import PASS, Recorder

SignIn = Callable[[str], Pages]
S = DeliveryState


def counted(database: Database, snapshot: Snapshot, step: int = 1) -> list[Counted]:
    with database.reading() as session:
        return course.answers(session, snapshot, step)


def by_kind(found: list[Counted]) -> dict[str, int]:
    total: dict[str, int] = {}
    for _, kind, count in found:
        total[kind] = total.get(kind, 0) + count
    return total


def answered(
    database: Database, snapshot: Snapshot, at: datetime, state: DeliveryState, code: int = 250
) -> None:
    """The relay says this of the next mail, at this time."""
    with time_machine.travel(at, tick=False), database.writing() as session:
        (taken,) = hands.claim(session, snapshot.id, "w", 1)
        hands.settle(session, hands.hand_over(session, taken, "w"), state, code, "words")


@pytest.fixture
def ten(snapshot: Snapshot) -> datetime:
    """Ten seconds of a whole minute, after all that has happened so far."""
    return (clock.now() + timedelta(minutes=2)).replace(second=10, microsecond=400_000)


def test_each_answer_is_counted_in_its_step(
    database: Database, snapshot: Snapshot, ten: datetime
) -> None:
    answered(database, snapshot, ten, S.ACCEPTED)
    answered(database, snapshot, ten + timedelta(seconds=0.5), S.ACCEPTED)
    answered(database, snapshot, ten + timedelta(seconds=4), S.REFUSED, 550)
    answered(database, snapshot, ten + timedelta(seconds=50), S.UNCERTAIN, 0)
    begun = int(ten.timestamp())
    assert sorted(counted(database, snapshot)) == [
        (begun, "accepted", 2),
        (begun + 4, "refused", 1),
        (begun + 50, "uncertain", 1),
    ]
    assert sorted(counted(database, snapshot, 30)) == [
        (begun - 10, "accepted", 2),
        (begun - 10, "refused", 1),
        (begun + 50, "uncertain", 1),
    ]


def test_what_was_sent_again_counts_each_time(
    snapshot: Snapshot, database: Database, outbox: Outbox, recorder: Recorder
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", "451 4.7.1 later")
    outbox.send_due(snapshot.id)
    assert by_kind(counted(database, snapshot)) == {"accepted": 29, "deferred": 1}
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        outbox.send_due(snapshot.id)
    assert by_kind(counted(database, snapshot)) == {"accepted": 30, "deferred": 1}


def test_the_offices_own_copy_is_a_note_and_no_count(
    snapshot: Snapshot, database: Database, outbox: Outbox
) -> None:
    outbox.send_due(snapshot.id)
    assert by_kind(counted(database, snapshot)) == {"accepted": 30}
    with database.reading() as session:
        told = [text for _, text in course.notes(session, snapshot)]
    assert told == [
        course.OWN_NOTES["dispatch.started"],
        course.COPY_NOTE,
        course.OWN_NOTES["dispatch.finished"],
    ]


def test_an_answer_that_never_came_is_uncertain_only_when_the_worker_is_given_up(
    database: Database, snapshot: Snapshot
) -> None:
    with database.writing() as session:
        (lost,) = hands.claim(session, snapshot.id, "lost", 1)
        hands.hand_over(session, lost, "lost")
    assert counted(database, snapshot) == []
    with time_machine.travel(clock.now() + timedelta(hours=1)), database.writing() as session:
        ledger.reclaim_lapsed(session)
    assert by_kind(counted(database, snapshot)) == {"uncertain": 1}


@pytest.mark.parametrize("outcome", [Kind.DEFERRED, Kind.NOT_SENT])
@pytest.mark.parametrize(("state", "meant"), [(S.REFUSED, "refused"), (S.DEFERRED, "deferred")])
def test_the_last_of_many_later_is_a_refusal(
    database: Database, snapshot: Snapshot, outcome: Kind, state: DeliveryState, meant: str
) -> None:
    with database.writing() as session:
        (taken,) = hands.claim(session, snapshot.id, "w", 1)
        attempt = hands.hand_over(session, taken, "w")
        told = ledger.Settlement(taken, attempt.number, state, outcome.value, 451, "later")
        ledger.settle_all(session, [told])
    assert by_kind(counted(database, snapshot)) == {meant: 1}


def test_what_people_did_stands_in_its_order(
    database: Database, snapshot: Snapshot, people: People
) -> None:
    with database.writing() as session:
        own = session.get_one(Snapshot, snapshot.id)
        control.pause(session, people.approver, own)
        control.go_on(session, people.approver, own)
        control.stop_office(session, people.approver)
        control.resume_office(session, people.approver)
        control.cancel(session, people.approver, own)
    with database.reading() as session:
        told = [text for _, text in course.notes(session, snapshot)]
    assert told[1:5] == ["一時停止", "再開", "所の送信をすべて停止", "所の送信を再開"]
    assert "取りやめ" in told[5:]


def test_a_stop_after_the_end_is_not_told(
    database: Database, snapshot: Snapshot, outbox: Outbox, people: People
) -> None:
    outbox.send_due(snapshot.id)
    with time_machine.travel(clock.now() + timedelta(hours=1)), database.writing() as session:
        control.stop_office(session, people.approver)
    with database.reading() as session:
        assert "所の送信をすべて停止" not in [t for _, t in course.notes(session, snapshot)]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_many_mails_cost_one_statement_with_few_rows(
    database: Database, snapshot: Snapshot, outbox: Outbox
) -> None:
    outbox.send_due(snapshot.id)
    with database.reading() as session, statements(database) as made:
        own = session.get_one(Snapshot, snapshot.id)
        copy = service.first_copy(session, own.id)
        del made[:]
        found = course.answers(session, own, 86400)
    assert copy.first_copy
    assert len(found) <= 2, "thirty mails of one day are one or, around midnight, two rows"
    assert len([each for each in made if "JOIN attempts" in each]) == 1
    assert len(made) <= 3


EXPLAIN = {True: "EXPLAIN QUERY PLAN", False: "EXPLAIN"}


def test_the_attempts_of_a_sending_are_found_by_an_index(
    database: Database, snapshot: Snapshot
) -> None:
    with database.reading() as session, explained(database, "JOIN attempts") as plans:
        if not database.is_sqlite:  # which would read a table of thirty rows as a whole
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        course.answers(session, snapshot, 1)
    steps = "".join(plans)
    assert re.search(r"attempts USING INDEX|Index( Only)? Scan using \w*attempts", steps), steps
    assert not re.search(r"\bSCAN\b|Seq Scan", steps), steps


@contextmanager
def explained(database: Database, part: str) -> Iterator[list[str]]:
    """How the database goes about each statement with this part in it."""
    found: list[str] = []
    running = False

    def explain(conn: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        nonlocal running
        if part in statement and not running:
            running = True
            text = f"{EXPLAIN[database.is_sqlite]} {statement}"
            found.extend(f"{row[-1]}\n" for row in conn.exec_driver_sql(text, values))
            running = False

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    yield found
    sa.event.remove(sa.Engine, "before_cursor_execute", explain)


def test_the_live_page_and_the_record_show_the_same_figures(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox, recorder: Recorder
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", "550 5.1.1 no such user")
    outbox.send_due(snapshot.id)
    browser = sign_in("approver")
    for path in ("progress", "record"):
        page = browser.get(f"/mailings/{snapshot.mailing_id}/{path}")
        assert "送信の経過" in page.text
        total = [e.text for e in page.all("tr") if e.text.strip().startswith("合計")]
        assert [re.sub(r"\s", "", each) for each in total] == ["合計291"], "29 accepted, 1 refused"
        assert course.OWN_NOTES["dispatch.finished"] in page.text


def test_the_picture_alone_is_told_once_and_shows_no_address(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox
) -> None:
    browser = sign_in("checker")
    path = f"/mailings/{snapshot.mailing_id}/course.json"
    first = browser.raw(path)
    assert first.json is not None
    assert "送信の経過" in first.json["html"]
    assert browser.raw(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    outbox.send_due(snapshot.id)
    after = browser.raw(path, headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert "@" not in after.get_data(as_text=True)


def test_before_any_mail_the_page_says_so(sign_in: SignIn, snapshot: Snapshot) -> None:
    page = sign_in("author").get(f"/mailings/{snapshot.mailing_id}/progress")
    assert "まだありません" in page.text


def test_the_step_fits_how_long_it_took(database: Database, snapshot: Snapshot) -> None:
    with database.reading() as session:
        dispatch = session.get_one(Dispatch, snapshot.id)
        assert session.scalars(sa.select(sa.func.count()).select_from(Attempt)).one() == 0
        assert session.scalars(sa.select(Delivery.id)).first()
        began = dispatch.created_at
    with time_machine.travel(began + timedelta(hours=8)), database.reading() as session:
        assert course.step_of(session, snapshot) == 30
