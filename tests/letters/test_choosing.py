"""Choosing by hand out of a long roster, a page at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.addresses import EmailAddress
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact, Event, Participant, ParticipantStatus
from eventmail.letters import choosing
from eventmail.mailings import audiences
from eventmail.mailings.freezing import audience
from eventmail.mailings.models import Audience, Mailing, MailingState, Snapshot
from eventmail.roster import hand, undoing
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings import journey
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]


@pytest.fixture
def mailing(database: Database, meeting: Meeting) -> Mailing:
    """The meeting's mailing, for those who are to be chosen."""
    with database.writing() as session:
        found = session.get_one(Mailing, meeting.mailing.id)
        found.audience = Audience.CHOSEN
        return found


def chosen(database: Database, mailing: Mailing) -> set[int]:
    with database.reading() as session:
        return set(audiences.chosen_ids(session, mailing))


def more_companies(database: Database, event_id: int, count: int) -> None:
    with database.writing() as session:
        event = session.get_one(Event, event_id)
        owner = {"office_id": event.office_id, "event_id": event.id}
        for number in range(count):
            company = Participant(
                **owner, company=f"試作{number:04}社", status=ParticipantStatus.ATTENDING
            )
            session.add(company)
            session.flush()
            key = f"saiyo@n{number}.example"
            session.add(
                Contact(
                    **owner,
                    participant_id=company.id,
                    address=key,
                    address_key=key,
                    import_id=1,
                    source_row=1000 + number,
                    row_digest="0" * 64,
                )
            )


def ticks(page: Page, **changes: object) -> dict[str, object]:
    """The form of a page of the list as it stands, with changes."""
    inputs = [each.attributes for each in page.all("input")]
    named = {str(each.get("name")): each.get("value") or "" for each in inputs}
    return {
        "version": named["version"],
        "shown": named["shown"],
        "contact": [
            str(each["value"])
            for each in inputs
            if each.get("name") == "contact" and "checked" in each
        ],
    } | changes


class TestPages:
    def test_ticks_of_one_page_leave_those_of_the_others(
        self, sign_in: SignIn, mailing: Mailing, database: Database
    ) -> None:
        more_companies(database, mailing.event_id, 60)
        author, path = sign_in("author"), f"/mailings/{mailing.id}/recipients"
        author.post(path, ticks(author.get(path), contact=["3", "5"]))
        second = author.get(f"{path}?page=2")
        others = [str(each) for each in (60, 61)]
        page = author.post(f"{path}?page=2", ticks(second, contact=others))
        assert chosen(database, mailing) == {3, 5, 60, 61}
        assert "いま選んでいる送信先は4件です" in page.text
        first = author.get(path)
        assert ticks(first)["contact"] == ["3", "5"]
        author.post(path, ticks(first, contact=["5"]))
        assert chosen(database, mailing) == {5, 60, 61}

    def test_a_thousand_are_chosen_by_a_search(
        self, sign_in: SignIn, mailing: Mailing, database: Database
    ) -> None:
        more_companies(database, mailing.event_id, 1100)
        author, path = sign_in("author"), f"/mailings/{mailing.id}/recipients?q=試作"
        page = author.get(path)
        assert "当てはまる1100件をすべて選ぶ" in page.text
        author.post(path, {"act": "all", "version": ticks(page)["version"]})
        assert len(chosen(database, mailing)) == 1100
        page = author.get(path)
        author.post(path, {"act": "none", "version": ticks(page)["version"]})
        assert chosen(database, mailing) == set()

    def test_the_list_can_show_the_chosen_ones_alone(
        self, sign_in: SignIn, mailing: Mailing, database: Database
    ) -> None:
        author, path = sign_in("author"), f"/mailings/{mailing.id}/recipients"
        author.post(path, ticks(author.get(path), contact=["3", "5"]))
        page = author.get(f"{path}?show=chosen")
        assert ticks(page)["shown"] == "3,5"

    def test_whoever_withdrew_is_told_of_and_dropped(
        self, sign_in: SignIn, mailing: Mailing, database: Database
    ) -> None:
        author, path = sign_in("author"), f"/mailings/{mailing.id}/recipients"
        author.post(path, ticks(author.get(path), contact=["3", "5"]))
        with database.writing() as session:
            session.get_one(Contact, 3).participant.status = ParticipantStatus.WITHDRAWN
        page = author.get(path)
        assert "選んだ送信先のうち1件には、いまは送れません" in page.text
        author.post(path, {"act": "drop", "version": ticks(page)["version"]})
        assert chosen(database, mailing) == {5}

    def test_an_older_page_changes_nothing(
        self, sign_in: SignIn, mailing: Mailing, database: Database
    ) -> None:
        author, path = sign_in("author"), f"/mailings/{mailing.id}/recipients"
        older = ticks(author.get(path), contact=["3"])
        author.post(path, ticks(author.get(path), contact=["5"]))
        page = author.post(path, older)
        assert "ほかの職員が保存しました" in page.text
        assert chosen(database, mailing) == {5}

    @pytest.mark.parametrize(
        "tampered",
        [
            {"contact": ["9"], "shown": "3"},
            {"contact": ["99999"], "shown": "99999"},
            {"contact": ["x"], "shown": "3"},
            {"contact": ["3"], "shown": ""},
            {"act": "all"},
        ],
        ids=["not shown", "no contact", "no number", "nothing shown", "all of no search"],
    )
    def test_nothing_but_what_the_page_showed_can_be_chosen(
        self, sign_in: SignIn, mailing: Mailing, database: Database, tampered: dict[str, object]
    ) -> None:
        author, path = sign_in("author"), f"/mailings/{mailing.id}/recipients"
        version = ticks(author.get(path))["version"]
        author.post(path, {"version": version} | tampered)
        assert chosen(database, mailing) == set()

    def test_a_mailing_for_all_leads_back_to_the_letter(
        self, sign_in: SignIn, meeting: Meeting
    ) -> None:
        page = sign_in("author").get(f"/mailings/{meeting.mailing.id}/recipients")
        assert page.h1 == "本文を編集する"
        assert "一件ずつ選ぶ方法になっていません" in page.text

    def test_only_authors_choose(self, sign_in: SignIn, mailing: Mailing) -> None:
        for role in ("checker", "approver"):
            sign_in(role).get(f"/mailings/{mailing.id}/recipients", status=403)


def test_choosing_is_an_edit_reviews_begin_anew(
    database: Database, people: People, mailing: Mailing
) -> None:
    def choose(ids: set[int]) -> None:
        with database.writing() as session:
            found = session.get_one(Mailing, mailing.id)
            choosing.choose(session, people.author, found, found.version, {3, 5, 7}, ids)

    choose({3, 5})
    snapshot = journey.submit(database, people, mailing.id)
    assert snapshot.recipient_count == 2
    choose({3, 5, 7})
    assert journey.reload(database, people, mailing.id).state is MailingState.DRAFT


def test_not_once_it_is_on_its_way(database: Database, people: People, approved: Snapshot) -> None:
    with database.writing() as session:
        found = session.get_one(Mailing, approved.mailing_id)
        with pytest.raises(UserError, match="送信中"):
            choosing.choose(session, people.author, found, found.version, {3}, {3})
        assert session.scalars(sa.select(Mailing.audience)).one() is Audience.ALL


def test_a_roster_that_is_taken_back_leaves_the_choice_and_tells_of_it(
    database: Database, people: People, mailing: Mailing
) -> None:
    with database.writing() as session:
        event = session.get_one(Event, mailing.event_id)
        email = EmailAddress.parse("saiyo@atokara.example")
        late = hand.add(session, people.author, event, hand.Typed("株式会社あとから", email))
        found = session.get_one(Mailing, mailing.id)
        choosing.choose(session, people.author, found, found.version, {late.id}, {late.id})
    with database.writing() as session:
        event = session.get_one(Event, mailing.event_id)
        newest = undoing.newest(session, event)
        assert newest is not None
        undoing.undo(session, event, newest, None)
    with database.reading() as session:
        found = session.get_one(Mailing, mailing.id)
        assert audience(session, found) == ()
        assert audiences.chosen_and_gone(session, found) == 1
