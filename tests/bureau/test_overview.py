"""局の一覧: every figure, no participant, and as many queries for two offices as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eventmail import clock, sample
from eventmail.alerts import service as alerts
from eventmail.alerts.models import Alert
from eventmail.alerts.wording import AUDIT
from eventmail.bureau import service
from eventmail.bureau.bars import bars, compared
from eventmail.bureau.service import Due, Figures, Quiet
from eventmail.database import Database
from eventmail.events.models import Contact, Event, Participant
from eventmail.incidents.record import reporting
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices import service as offices
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Forbidden, Standing
from eventmail.outbox import control, sending
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.quiet import NEAR, quiet_events
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.incidents import story
from tests.pages import Pages

OTHER = "あけぼの公共職業安定所"


@pytest.fixture
def soon(database: Database, meeting: Meeting) -> Event:
    """The meeting, held in a week."""
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        event.held_on = clock.today() + timedelta(days=7)
    return event


@pytest.fixture
def overseer(database: Database, people: People) -> Staff:
    with database.writing() as session:
        offices.add_office(session, "みどり野労働局", OTHER)
        offices.add_office(session, "遠くの労働局", "遠くの所")
        return sample.load_outside(session)[Standing.OVERSEER]


def figures(database: Database, overseer: Staff) -> dict[str, Figures]:
    with database.reading() as session:
        (found,) = service.overviews(session, session.get_one(Staff, overseer.id))
    return {each.office: each for each in found.offices}


def test_only_the_offices_of_the_own_bureau(
    database: Database, overseer: Staff, people: People, soon: Event
) -> None:
    found = figures(database, overseer)
    assert set(found) == {people.author.office.name, OTHER}
    here = found[people.author.office.name]
    assert here == Figures(
        here.office,
        stopped=False,
        events=1,
        states={MailingState.DRAFT: 1},
        quiet=[Quiet(soon.name, soon.held_on)],
    )
    assert found[OTHER] == Figures(OTHER, stopped=False)


def test_what_is_wrong_is_counted(
    database: Database,
    overseer: Staff,
    people: People,
    soon: Event,
    approved: Snapshot,
    relay: Relay,
) -> None:
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        event = session.get_one(Event, soon.id)
        alerts.raise_alert(session, event.reply_to, "test", "mailing:1", "止まりました。")
        control.stop_office(session, people.approver, "確認のため")
    here = figures(database, overseer)[people.author.office.name]
    assert here.states == {MailingState.SENT: 1}
    assert (here.stopped, here.incidents, here.alerts, here.quiet) == (True, 1, 1, [])


def test_a_stopped_sending_counts_until_it_is_seen_to_and_for_a_month(
    database: Database, overseer: Staff, people: People, soon: Event
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, soon.id)
        alerts.raise_alert(session, event.reply_to, "test", "mailing:1", "止まりました。")
        alerts.raise_alert(session, event.reply_to, AUDIT, "audit:1", "鎖が切れています。")
    name = people.author.office.name
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        assert figures(database, overseer)[name].incidents == 1
    with database.writing() as session:
        (stopped, _) = session.scalars(sa.select(Alert.id).order_by(Alert.id))
        alerts.see_to(session, people.approver, stopped)
    assert figures(database, overseer)[name].incidents == 1
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        assert figures(database, overseer)[name].incidents == 0


def test_the_next_report_that_an_incident_asks_for_is_told(
    database: Database, overseer: Staff, people: People
) -> None:
    with database.writing() as session:
        incident = story.leak(session, people.manager)
        expected = reporting.next_due(reporting.standings(session, incident))
    assert expected is not None
    found = figures(database, overseer)
    here = found[people.author.office.name]
    assert here.leaks == 1
    assert here.due == Due(expected.deadline.name, expected.deadline.due, is_over=True)
    assert found[OTHER].due is None


@pytest.mark.parametrize("role", ["author", "manager", "auditor"])
def test_nobody_without_a_bureau_sees_it(database: Database, people: People, role: str) -> None:
    with database.reading() as session, pytest.raises(Forbidden):
        service.overviews(session, getattr(people, role).staff)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_as_many_queries_for_many_offices_and_none_of_a_participant(
    database: Database, overseer: Staff, soon: Event
) -> None:
    with counted(database) as before:
        figures(database, overseer)
    with database.writing() as session:
        for number in range(5):
            offices.add_office(session, "みどり野労働局", f"第{number}所")
    with counted(database) as after:
        assert len(figures(database, overseer)) == 7
    assert len(after) == len(before)
    for table in ("contacts", "participants", "snapshot_recipients"):
        assert not any(table in statement for statement in after)


def test_the_page_shows_figures_and_no_participant(
    app: Flask, database: Database, overseer: Staff, soon: Event
) -> None:
    browser = Pages(app)
    page = browser.sign_in("kyoku", "demo-kyoku-no-pass")
    assert page.h1 == "局の一覧"
    assert soon.name in page.text
    drawn = [each for each in page.all("rect") if "look" in (each.attributes.get("fill") or "")]
    assert [each.attributes["width"] for each in drawn if each.attributes.get("x")] == ["100.0%"]
    with database.reading() as session:
        names = set(session.scalars(sa.select(Participant.company)))
        names |= set(session.scalars(sa.select(Contact.address)))
    assert not [each for each in names if each in page.text]
    for path in ("/events/1", "/mailings/1", "/tasks", "/administration"):
        browser.get(path, status=403)


def test_an_event_is_quiet_until_somebody_was_sent_something(
    database: Database, people: People, soon: Event, approved: Snapshot
) -> None:
    def quiet() -> list[int]:
        with database.reading() as session:
            return [each.id for each in quiet_events(session, [people.author.office.id])]

    event = [soon.id]
    assert quiet() == event
    day = soon.held_on
    with time_machine.travel(f"{day} 23:00+09:00"):
        assert quiet() == event  # on its last evening
    with time_machine.travel(f"{day - NEAR - timedelta(days=1)} 23:59+09:00"):
        assert quiet() == []
    with time_machine.travel(f"{day + timedelta(days=1)} 00:01+09:00"):
        assert quiet() == []


def test_the_offices_own_copy_breaks_no_silence(
    database: Database, people: People, soon: Event, approved: Snapshot, relay: Relay
) -> None:
    with database.reading() as session:
        copy = session.scalars(sa.select(Delivery).where(Delivery.first_copy)).one()
    assert copy.state is DeliveryState.QUEUED
    sending.run(database, relay, approved.id)
    with database.reading() as session:
        assert quiet_events(session, [people.author.office.id]) == []


def test_the_home_page_tells_the_office_itself(sign_in: Any, soon: Event) -> None:
    assert (
        "14日以内に開催で、まだ何も送っていないイベント（1件）" in sign_in("author").get("/").text
    )


def test_there_the_manager_is_shown_what_stops_the_mail_program(sign_in: Any, soon: Event) -> None:
    told = "所のメールサーバーに規則を入れられます"
    assert told in sign_in("manager").get("/").text
    assert told not in sign_in("author").get("/").text


def test_the_longest_bar_fills_the_width_and_no_piece_is_lost() -> None:
    S = MailingState
    few = Figures("少ない所", stopped=False, states={S.SENT: 1})
    many = Figures("多い所", stopped=False, states={S.DRAFT: 1, S.CHECKING: 2, S.REJECTED: 1})
    short, long, none = bars([few, many, Figures("ない所", stopped=False)])
    assert [(p.name, p.x, p.width) for p in long.parts if p.width] == [
        ("作成中", 0, 25),
        ("確認・決裁中", 25, 50),
        ("止まった・却下", 75, 25),
    ]
    assert [(p.x, p.width) for p in short.parts if p.width] == [(0, 25)]
    assert none.total == 0
    assert [p.count for p in long.parts] == [1, 2, 0, 0, 1]


def test_each_figure_is_compared_by_itself() -> None:
    S = MailingState
    calm = Figures("静かな所", stopped=False, states={S.SENT: 9, S.DRAFT: 4})
    busy = Figures("忙しい所", stopped=False, states={S.SENDING: 1}, incidents=2, overdue=30)
    found = compared([calm, busy])
    assert [(one.series.key, one.count, one.length) for one in found[0][1]] == [
        ("open", 4, 100.0),
        ("incidents", 0, 0.0),
        ("leaks", 0, 0.0),
        ("overdue", 0, 0.0),
    ]
    assert [one.length for one in found[1][1]] == [25.0, 100.0, 0.0, 100.0]
    assert compared([]) == []


@pytest.mark.parametrize(
    "trouble",
    [
        {"leaks": 1},
        {"alerts": 1},
        {"stopped": True},
        {"uncertain": 1},
        {"incidents": 1},
        {"overdue": 1},
        {"unread": 1},
    ],
    ids=lambda each: next(iter(each)),
)
def test_whoever_has_a_trouble_comes_before_whoever_has_none(trouble: dict[str, Any]) -> None:
    calm = Figures("静かな所", stopped=False, events=9, states={MailingState.SENT: 9})
    told = {"stopped": False} | trouble
    assert Figures("困った所", **told).pressing > calm.pressing


def test_the_office_that_needs_attention_stands_first(
    database: Database, overseer: Staff, people: People, soon: Event
) -> None:
    with database.writing() as session:
        offices.add_office(session, "みどり野労働局", "ああ所")
        control.stop_office(session, people.approver, "確認のため")
    with database.reading() as session:
        (found,) = service.overviews(session, session.get_one(Staff, overseer.id))
    names = [each.office for each in found.offices]
    assert names[0] == people.author.office.name
    assert names[1:] == sorted(names[1:])
