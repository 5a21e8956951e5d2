"""Somebody who serves in two offices is at work in one of them, and says in which."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.offices import places, settings
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.sample import People
from tests.conftest import Meeting
from tests.pages import Pages

HERE, THERE = "姫里公共職業安定所", "となりの公共職業安定所"


def give(session: Session, office_id: int, staff_id: int, *roles: Role) -> None:
    """These roles, in an office that is still being set up."""
    settings.set_up(session, office_id, "roles", sorted(roles), str(staff_id))


@pytest.fixture
def there(database: Database, people: People) -> Office:
    """The author serves as an author in a second office, too."""
    with database.writing() as session:
        office = offices.add_office(session, "みどり野労働局", THERE)
        offices.add_mailbox(session, office, THERE, "info@tonari-anteisho.example")
        give(session, office.id, people.author.id, Role.AUTHOR)
    return office


def offices_on(page: object) -> list[tuple[str, bool]]:
    """What the switch in the header offers, and which of it is chosen."""
    options = [
        each
        for each in page.all("option")
        if any(  # type: ignore[attr-defined]
            outer.attributes.get("id") == "office-at-work" for outer in each.inside
        )
    ]
    return [(each.text.strip(), "selected" in each.attributes) for each in options]


def test_one_office_needs_no_choice(sign_in: Callable[[str], Pages]) -> None:
    page = sign_in("author").get("/")
    assert offices_on(page) == []
    assert HERE in page.text


def test_every_page_says_where_one_works_and_offers_the_other(
    sign_in: Callable[[str], Pages], meeting: Meeting, there: Office
) -> None:
    browser = sign_in("author")
    assert sorted(offices_on(browser.get("/"))) == sorted([(HERE, True), (THERE, False)])
    page = browser.post("/office", {"office": there.id})
    assert f"「{THERE}」に切り替えました。" in page.text
    assert sorted(offices_on(page)) == sorted([(HERE, False), (THERE, True)])
    assert meeting.event.name not in page.text


def test_the_other_office_is_not_found_until_one_goes_there(
    sign_in: Callable[[str], Pages], meeting: Meeting, there: Office
) -> None:
    browser = sign_in("author")
    browser.get(f"/events/{meeting.event.id}")
    browser.post("/office", {"office": there.id})
    page = browser.get(f"/events/{meeting.event.id}", status=404)
    assert f"いまは「{THERE}」で仕事をしています。" in page.text
    # The same words for what is nowhere: nobody learns by them that something is there.
    assert browser.get("/events/9999", status=404).text == page.text


def test_a_form_opened_for_the_other_office_makes_nothing_in_this_one(
    sign_in: Callable[[str], Pages], database: Database, there: Office
) -> None:
    browser = sign_in("author")
    form = browser.get("/events/new")
    token = next(
        each.attributes["value"]
        for each in form.all("input")
        if each.attributes.get("name") == "csrf_token"
    )
    browser.post("/office", {"office": there.id})
    facts = {"name": "別の所の行事", "held_on": "2027-01-20", "place": "会館", "csrf_token": token}
    page = browser.post("/events/new", facts, csrf=False, status=400)
    assert "サインインの状態や所が変わった" in page.text
    with database.reading() as session:
        assert session.scalar(sa.select(Event).where(Event.name == "別の所の行事")) is None


@pytest.mark.parametrize("office", ["999", "0", "", "x", "1.5", "-1", str(10**30)])
def test_an_office_that_one_does_not_serve_is_not_found(
    sign_in: Callable[[str], Pages], there: Office, office: str
) -> None:
    sign_in("author").post("/office", {"office": office}, status=404)
    sign_in("checker").post("/office", {"office": there.id}, status=404)


def test_the_office_last_chosen_is_where_the_next_day_begins(
    sign_in: Callable[[str], Pages], there: Office
) -> None:
    sign_in("author").post("/office", {"office": there.id})
    assert (THERE, True) in offices_on(sign_in("author").get("/"))


def test_who_is_taken_out_of_the_chosen_office_works_in_the_other(
    sign_in: Callable[[str], Pages], database: Database, people: People, there: Office
) -> None:
    browser = sign_in("author")
    browser.post("/office", {"office": there.id})
    with database.writing() as session:
        give(session, there.id, people.author.id)
    page = browser.get("/")
    assert offices_on(page) == []
    assert HERE in page.text


def test_who_serves_nowhere_is_no_actor(database: Database, people: People, there: Office) -> None:
    with database.writing() as session:
        new = offices.add_person(session, there, "shinjin", "新人 一郎", "a new one's password")
        assert not places.anywhere(new)
        with pytest.raises(Forbidden):
            offices.actor_of(session, new)


def test_roles_of_one_office_do_not_hold_in_the_other(
    database: Database, people: People, there: Office
) -> None:
    with database.reading() as session:
        staff = session.get_one(Staff, people.author.id)
        assert offices.actor_of(session, staff, there.id).roles == {Role.AUTHOR}
        checker = session.get_one(Staff, people.checker.id)
        assert Actor(checker, there).roles == frozenset()
        assert offices.actor_of(session, checker, there.id).office.id != there.id
