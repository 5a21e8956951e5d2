"""A participant's page by his link: his, whole, in two languages, without a cookie."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doorway import Doorway
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, ParticipantStatus
from eventmail.links import service as links
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Audience, Chosen
from eventmail.mailings.service import Draft
from eventmail.own_page import guarding, service
from eventmail.sample import People
from eventmail.tables import metadata
from eventmail.wire import Relay
from tests.counting import statements_of
from tests.own_page.conftest import BODY, Arrived, decide, send
from tests.pages import Page, Pages

STOP = "案内のメールを止める"
POSTS = ("/seen", "/confirm", "/answer", "/renew")

STOPS = {
    "by a person": "UPDATE dispatches SET cancelled_at = created_at WHERE snapshot_id = {snapshot}",
    "by the gate": "UPDATE mailings SET state = 'halted' WHERE id = {mailing}",
}


def change(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(sa.text(statement))


def owner(database: Database, token: str, arrived: Arrived) -> Contact:
    address = next(key for key, value in arrived.tokens.items() if value == token)
    with database.reading() as session:
        contact = session.scalars(sa.select(Contact).where(Contact.address == address)).one()
        _ = contact.participant.company
        return contact


def guest_of(database: Database, token: str) -> links.Guest:
    with database.reading() as session:
        found = links.opened(session, token)
        assert found is not None
        return found


def ids(database: Database, token: str) -> dict[str, object]:
    with database.reading() as session:
        guest = links.opened(session, token)
        assert guest is not None
        return {
            "letter": service.letters(session, guest)[0].delivery_id,
            "material": service.materials(session, guest)[0].key,
        }


def ways(app: Flask, database: Database, token: str, method: str, *, of: str = "") -> list[str]:
    """Every route under /p/ that knows a method, with this token, and the ids of its owner (or of
    another's).
    """
    own = ids(database, of or token)
    values = {"token": token, "delivery_id": own["letter"], "key": own["material"]}
    urls = app.url_map.bind("localhost")
    return sorted(
        urls.build(rule.endpoint, {name: values.get(name, 1) for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/p/") and method in (rule.methods or ())
    )


def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(table))))
            for table in metadata.sorted_tables
        }


def write_to_all(database: Database, people: People, arrived: Arrived) -> int:
    """A second mailing with the shelf's materials, to everybody."""
    with database.writing() as session:
        event = session.get_one(Event, arrived.snapshot.event_id)
        shelf = frozenset(each.id for each in events.shelf(session, event))
        draft = Draft("差し替え", "差し替えのお知らせ", BODY, shelf, 1)
        return mailings.add_mailing(session, people.author, event, draft).id


def write_to_one(database: Database, people: People, arrived: Arrived, token: str) -> int:
    """A second mailing with the shelf's materials, to the owner of this token alone."""
    contact = owner(database, token, arrived)
    with database.writing() as session:
        event = session.get_one(Event, contact.event_id)
        shelf = frozenset(each.id for each in events.shelf(session, event))
        draft = Draft("差し替え", "差し替えのお知らせ", BODY, shelf, 1, audience=Audience.CHOSEN)
        mailing = mailings.add_mailing(session, people.author, event, draft)
        session.add(
            Chosen(
                mailing_id=mailing.id,
                contact_id=contact.id,
                office_id=contact.office_id,
                event_id=contact.event_id,
                participant_id=contact.participant_id,
            )
        )
        return mailing.id


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


class TestNobodyElses:
    def test_a_token_opens_nothing_of_another(
        self, database: Database, anybody: Flask, arrived: Arrived
    ) -> None:
        """Every route under /p/ with the token of one and the ids of the other."""
        first, second = arrived.pair
        client, secret = anybody.test_client(), owner(database, second, arrived)
        told = (secret.address, secret.participant.company, second)
        paths = ways(anybody, database, first, "GET", of=second)
        assert len(paths) >= 6
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == (404 if "/letters/" in path else 200), path
            text = answer.get_data().decode("utf-8", "replace")
            assert not any(each in text for each in told), path

    @pytest.mark.parametrize("post", POSTS)
    def test_what_one_does_is_not_done_for_another(
        self, database: Database, anybody: Flask, arrived: Arrived, post: str
    ) -> None:
        first, second = arrived.pair
        other = owner(database, second, arrived)
        data = {"attendance": "absent", "seen": "0"}
        assert anybody.test_client().post(f"/p/{first}{post}", data=data).status_code < 400
        with database.reading() as session:
            for table in ("contact_marks", "answers", "link_mails"):
                query = f"SELECT count(*) FROM {table} WHERE contact_id = {other.id}"
                assert session.scalar(sa.text(query)) == 0
            assert links.opened(session, second) is not None

    def test_wrong_expired_revoked_and_foreign_links_are_answered_alike(
        self, database: Database, anybody: Flask, arrived: Arrived, settings: Settings
    ) -> None:
        tokens = list(arrived.tokens.values())
        revoked, left = tokens[:2]
        with database.writing() as session:
            contact = session.get_one(Contact, owner(database, revoked, arrived).id)
            links.revoke(session, Doorway.of(settings).sealer, contact)
            session.get_one(Contact, owner(database, left, arrived).id).active = False
        client = anybody.test_client()
        paths = [f"/p/{each}{rest}" for each in (revoked, left) for rest in ("", "/calendar.ics")]
        paths += [
            f"/p/{'a' * 32}",
            "/p/short",
            "/p/",
            f"/p/{tokens[3]}/x",
            f"/p/{tokens[3]}/letters/1",
        ]
        answers = [client.get(each) for each in paths]
        late = clock.now() + timedelta(days=400)
        with time_machine.travel(late, tick=False):
            answers.append(client.get(f"/p/{tokens[3]}"))
        assert {each.status_code for each in answers} == {404}
        assert len({each.data for each in answers}) == 1
        page = Page(answers[0].get_data(as_text=True))
        assert page.h1 == "このリンクは使えません"
        assert any(each.attributes.get("href", "").startswith("/p/new") for each in page.all("a"))


class TestNothingChangesByLooking:
    def test_get_and_head_change_no_row(
        self, database: Database, anybody: Flask, arrived: Arrived
    ) -> None:
        first, _ = arrived.pair
        client, before = anybody.test_client(), contents(database)
        paths = [*ways(anybody, database, first, "GET"), *ways(anybody, database, first, "POST")]
        for path in [*paths, f"/p/{'b' * 32}", f"/p/{first}?done=answered&lang=en"]:
            for method in ("GET", "HEAD"):
                assert client.open(path, method=method).status_code in (200, 404, 405), path
        assert contents(database) == before

    def test_the_page_says_that_it_was_seen_when_a_person_is_there(
        self, database: Database, anybody: Flask, arrived: Arrived
    ) -> None:
        first, _ = arrived.pair
        assert anybody.test_client().post(f"/p/{first}/seen").status_code == 204
        with database.reading() as session:
            marks = session.execute(sa.text("SELECT contact_id FROM contact_marks")).scalars().all()
        assert marks == [owner(database, first, arrived).id]


class TestAroundThePages:
    def test_no_cookie_no_referrer_no_store_and_nothing_foreign(
        self, database: Database, anybody: Flask, arrived: Arrived
    ) -> None:
        first, _ = arrived.pair
        client = anybody.test_client()
        paths = [*ways(anybody, database, first, "GET"), "/p/x", "/p/x/y"]
        answers = [client.get(each) for each in paths]
        answers += [client.post(f"/p/{first}{each}") for each in POSTS]
        for each in answers:
            assert "Set-Cookie" not in each.headers
            assert each.headers["Referrer-Policy"] == "no-referrer"
            assert each.headers["Cache-Control"] == "no-store"
            assert each.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
            if each.mimetype == "text/html":
                assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', each.text)

    def test_a_thousand_guesses_are_throttled(self, fresh_app: Flask, arrived: Arrived) -> None:
        now = [0.0]
        fresh_app.extensions[guarding.EXTENSION] = guarding.Guesses(guarding.BUDGET, lambda: now[0])
        first, _ = arrived.pair
        client = fresh_app.test_client()
        assert client.get(f"/p/{first}").status_code == 200
        codes = [client.get(f"/p/{number:032d}").status_code for number in range(1000)]
        assert codes.count(404) == guarding.BUDGET.burst
        assert codes.count(429) == 1000 - guarding.BUDGET.burst
        stopped = client.get(f"/p/{first}")
        assert stopped.status_code == 429
        assert int(stopped.headers["Retry-After"]) > 0
        elsewhere = client.get(f"/p/{first}", environ_base={"REMOTE_ADDR": "192.0.2.9"})
        assert elsewhere.status_code == 200
        now[0] += 3600
        assert client.get(f"/p/{first}").status_code == 200
