"""A participant's page by his link: his, whole, in two languages, without a cookie."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eventmail import clock
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, ParticipantStatus
from eventmail.own_page import service
from eventmail.sample import People
from eventmail.wire import Relay
from tests.counting import statements_of
from tests.own_page.conftest import Arrived, decide, send
from tests.own_page.visiting import (
    STOP,
    STOPS,
    change,
    contents,
    guest_of,
    ids,
    owner,
    write_to_all,
    write_to_one,
)
from tests.pages import Pages


def test_the_page_leads_to_where_he_stops_invitations(
    app: Flask, database: Database, arrived: Arrived
) -> None:
    """By the link that is in his mails, which stops nobody else's."""
    token, other = arrived.pair
    mine, others = (
        [e.attributes["href"] for e in Pages(app).get(f"/p/{each}").all("a") if STOP in e.text]
        for each in (token, other)
    )
    assert mine != others
    stopping = Pages(app).raw(str(mine[0])).get_data(as_text=True)
    local, domain = owner(database, token, arrived).address.split("@")
    assert f"{local[:2]}…@{domain}" in stopping


class TestHisPage:
    def test_it_tells_what_concerns_him_and_nobody_else(
        self, database: Database, arrived: Arrived, pages: Pages
    ) -> None:
        first, second = arrived.pair
        page = pages.get(f"/p/{first}")
        assert page.h1 == arrived.snapshot.event_name
        assert "令和8年12月9日（水）" in page.text
        assert "ご来場のご案内.pdf" in page.text
        own, other = (owner(database, each, arrived).participant for each in (first, second))
        assert own.company in page.text
        with database.reading() as session:
            for company in session.scalars(sa.text("SELECT company FROM participants")):
                assert company == own.company or company not in page.text
        assert other.company not in page.text

    def test_a_letter_is_shown_as_it_was_sent(
        self, database: Database, arrived: Arrived, pages: Pages
    ) -> None:
        first, _ = arrived.pair
        page = pages.get(f"/p/{first}/letters/{ids(database, first)['letter']}")
        contact = owner(database, first, arrived)
        assert contact.participant.company in page.text
        assert first in page.text

    def test_a_material_is_taken_as_it_was_approved(
        self, database: Database, arrived: Arrived, pages: Pages
    ) -> None:
        first, _ = arrived.pair
        answer = pages.raw(f"/p/{first}/materials/{ids(database, first)['material']}")
        assert answer.status_code == 200
        digests = [each.sha256 for each in arrived.snapshot.materials]
        assert hashlib.sha256(answer.data).hexdigest() in digests

    def test_receipt_is_confirmed_once_by_a_press(self, arrived: Arrived, pages: Pages) -> None:
        first, second = arrived.pair
        assert "受け取りました" in pages.get(f"/p/{first}").text
        page = pages.post(f"/p/{first}/confirm", csrf=False)
        assert "受け取りの確認をいただきました" in page.text
        assert "確認をいただきました" not in pages.get(f"/p/{second}").text

    def test_the_answer_is_kept_and_shown_again(self, arrived: Arrived, pages: Pages) -> None:
        first, _ = arrived.pair
        typed = {"attendance": "attending", "people": "２名", "message": "よろしく", "seen": "0"}
        page = pages.post(f"/p/{first}/answer", typed | {"people": "二"}, csrf=False, status=422)
        assert "回答は保存していません" in page.text
        page = pages.post(f"/p/{first}/answer", typed, csrf=False)
        assert "回答をいただきました" in page.text
        assert "よろしく" in page.text
        page = pages.post(f"/p/{first}/answer", typed, csrf=False, status=409)
        assert "質問かいまの回答が変わりました" in page.text

    def test_an_answer_to_an_older_question_is_looked_at_again(
        self, arrived: Arrived, pages: Pages
    ) -> None:
        first, _ = arrived.pair
        typed = {"attendance": "attending", "people": "2", "seen": "0", "q99_1": "はい"}
        page = pages.post(f"/p/{first}/answer", typed, csrf=False, status=409)
        assert "質問かいまの回答が変わりました" in page.text

    def test_an_answer_that_comes_after_the_deadline_is_said_not_to_be_kept(
        self, database: Database, arrived: Arrived, pages: Pages
    ) -> None:
        """Nothing is said to stand below: there is no form any more."""
        first, _ = arrived.pair
        with database.reading() as session:
            days = session.get_one(Event, arrived.snapshot.event_id).held_on - clock.today()
        typed = {"attendance": "attending", "people": "2", "seen": "0"}
        with time_machine.travel(clock.now() + days + timedelta(days=1), tick=False):
            for each in (typed, typed | {"people": ""}):
                page = pages.post(f"/p/{first}/answer", each, csrf=False, status=409)
                assert "いまの回答は保存していません" in page.text
                assert "下に残っています" not in page.text
                assert "下の内容" not in page.text
        assert contents(database)["answers"] == []

    def test_no_link_leads_from_an_answer_to_a_post_to_where_nothing_opens(
        self, arrived: Arrived, pages: Pages
    ) -> None:
        first, _ = arrived.pair
        for path, status in (("/answer", 422), ("/contact/confirm", 422), ("/renew", 200)):
            page = pages.post(f"/p/{first}{path}", {}, csrf=False, status=status)
            links_out = [str(each.attributes.get("href", "")) for each in page.all("a")]
            assert not [each for each in links_out if each.startswith("?")], path

    def test_more_letters_take_no_more_questions_to_the_database(
        self, database: Database, public: Database, arrived: Arrived, people: People,
        pages: Pages, relay: Relay,
    ) -> None:  # fmt: skip
        first, _ = arrived.pair
        before = statements_of(lambda: pages.get(f"/p/{first}"))
        for _ in range(2):
            send(public, people, write_to_one(database, people, arrived, first), relay)
        assert pages.get(f"/p/{first}").text.count("差し替えのお知らせ") == 2
        assert statements_of(lambda: pages.get(f"/p/{first}")) == before

    def test_a_message_is_written_by_who_knows_that_colleagues_see_it(
        self, arrived: Arrived, pages: Pages
    ) -> None:
        first, _ = arrived.pair
        assert "ほかの担当者にも表示されます" in pages.get(f"/p/{first}").text
        assert "Your colleagues see it" in pages.raw(f"/p/{first}?lang=en").text

    def test_it_speaks_english(self, arrived: Arrived, pages: Pages) -> None:
        first, _ = arrived.pair
        for answer in (
            pages.raw(f"/p/{first}?lang=en"),
            pages.raw(f"/p/{first}", headers={"Accept-Language": "en-GB,en;q=0.9"}),
        ):
            text = answer.get_data(as_text=True)
            assert '<html lang="en">' in text
            assert "Wednesday, 9 December 2026" in text
            assert "I have received it" in text
        assert '<html lang="ja">' in pages.raw(
            f"/p/{first}?lang=ja", headers={"Accept-Language": "en"}
        ).get_data(as_text=True)

    def test_who_withdrew_takes_no_material(
        self, database: Database, arrived: Arrived, pages: Pages
    ) -> None:
        first, _ = arrived.pair
        key = ids(database, first)["material"]
        with database.writing() as session:
            contact = session.get_one(Contact, owner(database, first, arrived).id)
            contact.participant.status = ParticipantStatus.WITHDRAWN
        assert "参加の取りやめを承っています" in pages.get(f"/p/{first}").text
        assert pages.raw(f"/p/{first}/materials/{key}").status_code == 404


class TestTheNewestVersion:
    def replaced(self, database: Database, people: People, token: str, key: str) -> bytes:
        """A newer version of the material, on the shelf."""
        guest = guest_of(database, token)
        with database.writing() as session:
            old = next(each for each in service.materials(session, guest) if each.key == key)
            newer = events.read_blob(session, guest.office_id, old.sha256) + b"\n%"
            event = session.get_one(Event, guest.event.id)
            events.put_material(session, people.author, event, old.filename, newer)
        return newer

    def test_a_version_is_offered_once_a_mailing_to_all_released_it(
        self, database: Database, public: Database, arrived: Arrived, people: People,
        pages: Pages,
    ) -> None:  # fmt: skip
        """Not while the approved mailing waits for its start and its first copy; but before the
        mail has come, and his page says that it is another.
        """
        first, second = arrived.pair
        key = ids(database, first)["material"]
        before = pages.raw(f"/p/{first}/materials/{key}").data
        newer = self.replaced(database, people, first, str(key))
        decide(public, people, write_to_all(database, people, arrived))
        assert pages.raw(f"/p/{first}/materials/{key}").data == before
        assert "新しくなりました" not in pages.get(f"/p/{first}").text
        change(database, "UPDATE dispatches SET released_at = created_at")
        for each in (first, second):
            assert pages.raw(f"/p/{each}/materials/{key}").data == newer
            assert "メールでお知らせしたものから新しくなりました" in pages.get(f"/p/{each}").text

    @pytest.mark.parametrize("stop", STOPS)
    def test_a_version_of_a_mailing_that_was_stopped_is_not_offered(
        self, database: Database, public: Database, arrived: Arrived, people: People,
        pages: Pages, stop: str,
    ) -> None:  # fmt: skip
        first, _ = arrived.pair
        key = ids(database, first)["material"]
        before = pages.raw(f"/p/{first}/materials/{key}").data
        self.replaced(database, people, first, str(key))
        snapshot = decide(public, people, write_to_all(database, people, arrived))
        change(database, "UPDATE dispatches SET released_at = created_at")
        change(database, STOPS[stop].format(snapshot=snapshot.id, mailing=snapshot.mailing_id))
        assert pages.raw(f"/p/{first}/materials/{key}").data == before

    def test_what_went_to_another_alone_under_the_same_name_is_only_his(
        self, database: Database, public: Database, arrived: Arrived, people: People,
        pages: Pages, relay: Relay,
    ) -> None:  # fmt: skip
        first, second = arrived.pair
        key = ids(database, first)["material"]
        before = pages.raw(f"/p/{first}/materials/{key}").data
        newer = self.replaced(database, people, first, str(key))
        send(public, people, write_to_one(database, people, arrived, second), relay)
        assert pages.raw(f"/p/{second}/materials/{key}").data == newer
        assert pages.raw(f"/p/{first}/materials/{key}").data == before
        assert "新しくなりました" not in pages.get(f"/p/{first}").text

    def test_what_the_office_took_off_the_shelf_is_not_handed_out(
        self, database: Database, arrived: Arrived, people: People, pages: Pages
    ) -> None:
        first, _ = arrived.pair
        key = ids(database, first)["material"]
        with database.writing() as session:
            session.execute(sa.text("UPDATE materials SET removed = true"))
        assert pages.raw(f"/p/{first}/materials/{key}").status_code == 404
