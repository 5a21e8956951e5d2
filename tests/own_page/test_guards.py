"""A participant's page is nobody else's, and looking at it changes nothing."""

from __future__ import annotations

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
from eventmail.events.models import Contact
from eventmail.links import service as links
from eventmail.own_page import guarding
from tests.own_page.conftest import Arrived
from tests.own_page.visiting import (
    POSTS,
    contents,
    owner,
    ways,
)
from tests.pages import Page


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
