"""An event that is near and of which nothing was sent is named on the home page (L20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, MailingState
from eventmail.mailings.neglect import neglected
from eventmail.sample import People
from tests.conftest import Meeting
from tests.pages import Pages

TOLD = "まだ何も送っていないイベントが1件あります"


def hold_in(database: Database, days: int) -> None:
    with database.writing() as session:
        session.execute(sa.update(Event).values(held_on=clock.today() + timedelta(days=days)))


def names(database: Database, people: People) -> list[str]:
    with database.reading() as session:
        return [each.name for each in neglected(session, [people.author.office.id])]


@pytest.mark.parametrize(("days", "told"), [(-1, 0), (0, 1), (14, 1), (15, 0)])
def test_it_is_near_from_fourteen_days_before_to_its_day(
    database: Database, people: People, meeting: Meeting, days: int, told: int
) -> None:
    hold_in(database, days)
    assert len(names(database, people)) == told


@pytest.mark.parametrize("state", [s for s in MailingState if s is not MailingState.REJECTED])
def test_only_what_goes_out_counts(
    database: Database, people: People, meeting: Meeting, state: MailingState
) -> None:
    hold_in(database, 7)
    with database.writing() as session:
        session.execute(sa.update(Mailing).values(state=state))
    gone = state in (MailingState.SENDING, MailingState.SENT)
    assert bool(names(database, people)) is not gone


def test_the_home_page_says_so(
    database: Database, meeting: Meeting, sign_in: Callable[[str], Pages]
) -> None:
    hold_in(database, 20)
    browser = sign_in("author")
    assert TOLD not in browser.get("/").text
    hold_in(database, 7)
    assert TOLD in browser.get("/").text
