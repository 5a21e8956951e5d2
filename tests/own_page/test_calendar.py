"""The calendar file: the right moment, the organiser and himself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from eventmail.database import Database
from eventmail.own_page.calendar import span
from tests.own_page.conftest import Arrived
from tests.own_page.visiting import owner
from tests.pages import Pages

DAY = date(2026, 12, 9)
ALL_DAY = (DAY, DAY + timedelta(days=1))


def utc(*times: tuple[int, int]) -> tuple[datetime, ...]:
    return tuple(datetime(2026, 12, 9, hour, minute, tzinfo=UTC) for hour, minute in times)


HOURS = {
    "13:30〜16:00（受付13:00から）": utc((4, 30), (7, 0)),
    "１３：３０～１６：００": utc((4, 30), (7, 0)),
    "午後（13時半から16時15分まで）": utc((4, 30), (7, 15)),
    "9:05-17:00": utc((0, 5), (8, 0)),
    "10時から": utc((1, 0), (2, 0)),
    "午後1時〜3時30分": utc((4, 0), (6, 30)),
    "午前10時から午後3時まで": utc((1, 0), (6, 0)),
    "午前の部 10:00-12:00、午後の部 13:00-15:00": ALL_DAY,
    "受付12:30、開会13:00〜16:00": ALL_DAY,
    "": ALL_DAY,
    "終日": ALL_DAY,
    "25:00〜26:00": ALL_DAY,
    "16:00〜13:30": ALL_DAY,
}


@pytest.mark.parametrize("hours", HOURS)
def test_the_hours_are_read_or_the_whole_day_is_taken(hours: str) -> None:
    assert span(DAY, hours) == HOURS[hours]


def test_it_names_the_organiser_and_himself_and_nobody_else(
    database: Database, arrived: Arrived, pages: Pages
) -> None:
    first, _ = arrived.pair
    contact = owner(database, first, arrived)
    answer = pages.raw(f"/p/{first}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    (entry,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert entry["attendee"] == f"MAILTO:{contact.address}"
    assert entry["organizer"] == f"MAILTO:{arrived.snapshot.reply_to}"
    assert entry["summary"] == arrived.snapshot.event_name
    assert entry["location"] == arrived.snapshot.event_place
    assert entry["url"] == f"http://localhost/p/{first}"
    plain = answer.data.replace(b"\r\n ", b"").decode()
    others = set(arrived.tokens) - {contact.address}
    assert not [each for each in others if each in plain]
