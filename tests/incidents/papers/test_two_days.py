"""The story's mails as they were really sent: both waves of corrections are in the papers."""

from __future__ import annotations

import pytest

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.incidents.calls.models import Outcome, Purpose
from eventmail.incidents.models import Incident
from eventmail.incidents.papers import facts
from eventmail.incidents.papers.kinds import SORTS, Kind
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.incidents.calls import hands
from tests.incidents.calls.test_two_days import EVENING, FIRST, LAST, NEXT_MORNING, Days
from tests.recorder import Recorder


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_press_release_has_the_calls_and_both_waves_in_their_order(
    database: Database,
    people: People,
    meeting: Meeting,
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        leak = hands.leak(session, people, event).id
    days = Days(database, people, leak, relay, recorder)
    monkeypatch.setattr(clock, "now", lambda: hands.NOTICED)
    days.call(FIRST, Outcome.REACHED)
    days.call(LAST, Outcome.ABSENT)
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    days.mail(Purpose.HANDLING)
    days.mail(Purpose.CORRECTION)
    monkeypatch.setattr(clock, "now", lambda: NEXT_MORNING)
    days.call(LAST, Outcome.REACHED)
    days.mail(Purpose.CORRECTION)
    with database.reading() as session:
        found = facts.facts(session, session.get_one(Incident, leak))
    assert [(each.count, each.correction) for each in found.waves] == [
        *((5, False), (25, True), (5, True)),
    ]
    lines = [each.text for each in SORTS[Kind.PRESS].make(found).sections[1].lines]
    course = [each for each in lines if "気づいた" not in each]
    expected = (
        ("令和5年5月31日（水）、", "30社に電話し、25社に", "5社は不在"),
        ("同日、", "電話がつながらない5社に"),
        ("同日、", "電話で説明した25社に"),
        ("令和5年6月1日（木）、", "5社に電話し、5社に"),
        ("同日、", "電話で説明した5社に"),
    )
    assert len(course) == len(expected)
    for told, parts in zip(course, expected, strict=True):
        assert [part for part in parts if part not in told] == []
    handled = SORTS[Kind.FINAL].make(found).sections[6].lines
    assert ["25社" in handled[1].text, "5社" in handled[2].text] == [True, True]
