"""Forms that no page of ours has: without a token, with fields too many, with another's numbers.

Every form and every link of the crawl is forged, so a new page is tried on the day it is made.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from sqlalchemy import inspect

from eventmail import sample
from eventmail.offices.models import Office
from tests.attacks.conftest import Place
from tests.attacks.crawler import TLS, Form, wrong
from tests.attacks.seeded import SECRET_WORD, SLIP
from tests.attacks.test_crawl import ROLES, again, every_form, kind_of

Rows = dict[str, list[tuple[Any, ...]]]
# Names of columns that nobody may set by a form.
MADE_BY = {"author_id", "created_by", "uploaded_by", "decided_by", "reviewer_id"}
# What a page writes down by itself when somebody looks at it.
SEEN = {"audit_entries", "audit_links", "staff_sessions"}
# Shows again what a signed-out person had sent, signed for him; it does nothing by itself.
WITHOUT_TOKEN = {"accounts.resume"}
HOME = (302, "/")
# Participants have no session that another site could use: the address itself is the secret, and
# this one is nobody's. Whoever asks for a new link names an address, which is not named here.
# Programs show a token of their own, which no browser sends by itself.
OUTSIDE = {"/p/new": 422, "/p/1": 404, "/unsubscribe/1": 404, "/api/v1/": 401}
FOREIGN = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "javascript:alert(1)", "\t//evil.example",
    "http://localhost@evil.example/", "///evil.example", "//localhost.evil.example",
    "/\t/evil.example",
)  # fmt: skip
REDIRECTING = ("next", "wanted", "url", "return", "back", "target", "redirect", "to")


def rows_of(place: Place, office_id: int) -> Rows:
    """Everything that belongs to one office."""
    names = inspect(place.database.engine).get_table_names()
    found: Rows = {}
    with place.database.reading() as session:
        for name in names:
            columns = [each["name"] for each in inspect(place.database.engine).get_columns(name)]
            if "office_id" in columns:
                query = sa.text(f"SELECT * FROM {name} WHERE office_id = {office_id} ORDER BY 1, 2")
                found[name] = [tuple(row) for row in session.execute(query)]
    return found


def neighbour(place: Place) -> int:
    with place.database.reading() as session:
        return session.scalars(sa.select(Office.id).where(Office.name == SECRET_WORD)).one()


def numbers_of(rows: Rows) -> list[str]:
    """The numbers by which another office's things could be named."""
    found = {str(row[0]) for table in rows.values() for row in table if isinstance(row[0], int)}
    return sorted(found, key=int)


class TestAnothersNumbers:
    """Whatever a page offers by number, the neighbour's number does nothing and shows nothing."""

    def test_in_every_field_of_every_form(self, hostile: Place) -> None:
        office = neighbour(hostile)
        theirs = rows_of(hostile, office)
        assert len([name for name, rows in theirs.items() if rows]) >= 8, "the neighbour has things"
        tried = 0
        for crawler, form in every_form(hostile):
            if form.method != "post":
                continue
            hostile.anew()
            crawler = again(hostile, crawler)
            for sent in forged(form, numbers_of(theirs)):
                response = crawler.send(form, sent, f"{form.kind} with {sent}")
                assert SECRET_WORD not in response.text, form.kind
                tried += 1
            assert rows_of(hostile, office) == theirs, form.kind
        assert tried > 30

    def test_in_every_path_and_parameter(self, hostile: Place) -> None:
        theirs = numbers_of(rows_of(hostile, neighbour(hostile)))
        for role in ("author", "manager"):
            walked = hostile.walked(role)
            paths = {kind_of(path): path for path in walked.asked_for if re.search(r"\d", path)}
            hostile.anew()
            crawler = again(hostile, walked)
            for path in paths.values():
                for number in theirs[-4:]:
                    response = crawler.get(re.sub(r"\d+", number, path))
                    assert SECRET_WORD not in response.text, (role, path, number)


def forged(form: Form, numbers: list[str]) -> list[dict[str, list[str]]]:
    """The form as it is, but with each of these numbers in place of a number that it carries."""
    named = {each.name for each in form.fields if not each.typed and each.value.isdecimal()}
    rest = form.untouched
    return [rest | {name: [number]} for name in sorted(named) for number in numbers[-4:]]


def test_fields_that_no_form_has_change_nothing(hostile: Place) -> None:
    """They name the neighbour's office, and as the one who did it somebody who never does."""
    office, auditor = neighbour(hostile), hostile.people.auditor.id
    extra = {"office_id": str(office), "id": str(office), "active": "0", "digest": "0" * 64}
    extra |= dict.fromkeys(("author_id", "created_by", "staff_id", "uploaded_by"), str(auditor))
    extra |= dict.fromkeys(("role", "roles", "state"), "zqx7")
    theirs, before = rows_of(hostile, office), done_by(hostile, auditor)
    tried = 0
    for crawler, form in every_form(hostile):
        if form.method != "post" or form.files:
            continue
        hostile.anew()
        known = {each.name for each in form.fields}
        more = {name: [value] for name, value in extra.items() if name not in known}
        again(hostile, crawler).send(form, form.untouched | more, f"{form.kind} with more fields")
        assert rows_of(hostile, office) == theirs, form.kind
        assert done_by(hostile, auditor) == before, form.kind
        tried += 1
    assert tried > 20


def done_by(place: Place, staff_id: int) -> tuple[list[Any], ...]:
    """Whatever carries somebody's number, and who may work here as what."""
    people = sa.text("SELECT id, active FROM staff ORDER BY id")
    roles = sa.text("SELECT * FROM memberships ORDER BY 1, 2, 3")
    inspector = inspect(place.database.engine)
    found: list[Any] = []
    with place.database.reading() as session:
        for table in inspector.get_table_names():
            for name in {each["name"] for each in inspector.get_columns(table)} & MADE_BY:
                query = sa.text(f"SELECT count(*) FROM {table} WHERE {name} = {staff_id}")
                found.append((table, name, session.scalar(query)))
        return (
            sorted(found),
            [tuple(row) for row in session.execute(people)],
            [tuple(row) for row in session.execute(roles)],
        )


class TestFromAnotherSite:
    def test_no_post_does_anything_without_its_token(self, hostile: Place) -> None:
        adapter = hostile.app.url_map.bind("localhost")
        browsers = {role: hostile.crawler(role).browser for role in ROLES}
        tried = 0
        for rule in hostile.app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()):
                continue
            path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method="POST")
            for token in ("", "IjAwMCI.invented"):
                browser = browsers[ROLES[tried % len(ROLES)]]
                response = browser.post(path, {"csrf_token": token}, base_url=TLS)
                outside = [status for start, status in OUTSIDE.items() if path.startswith(start)]
                plain = ((*outside, 400)[0], None)
                refused = HOME if rule.endpoint in WITHOUT_TOKEN else plain
                assert (response.status_code, response.location) == refused, path
                assert not wrong(response), path
            tried += 1
        assert tried > 50

    @pytest.mark.parametrize("referrer", ["https://evil.example/", "http://localhost/", ""])
    def test_not_even_with_its_token_from_elsewhere(self, hostile: Place, referrer: str) -> None:
        browser = hostile.crawler("approver").browser
        headers = {"Referer": referrer} if referrer else {}
        response = browser.post("/stop", {"reason": "x"}, base_url=TLS, headers=headers)
        assert response.status_code == 400

    def test_from_our_own_page_it_does(self, hostile: Place) -> None:
        """Otherwise the two above would prove nothing."""
        browser = hostile.crawler("approver").browser
        assert browser.post("/stop", {"reason": "x"}, base_url=TLS).status_code in (302, 303)

    def test_no_link_changes_a_row(self, hostile: Place) -> None:
        """What a page by itself writes down (a paper opened, a session seen) is all there is."""
        walks = [hostile.walked(role) for role in ("author", "approver", "manager")]
        hostile.anew()
        before = counts(hostile)
        for walked in walks:
            crawler = again(hostile, walked)
            for path in walked.asked_for:
                crawler.get(path)
        changed = {name for name, count in counts(hostile).items() if count != before[name]}
        assert changed <= SEEN


def counts(place: Place) -> dict[str, int]:
    names = inspect(place.database.engine).get_table_names()
    with place.database.reading() as session:
        return {
            each: session.scalar(sa.text(f"SELECT count(*) FROM {each}")) or 0 for each in names
        }


class TestLeadingAway:
    def test_no_parameter_leads_to_another_site(self, hostile: Place) -> None:
        for role in ("", "author"):
            crawler = hostile.crawler(role)
            for target in FOREIGN:
                asked = urlencode(dict.fromkeys(REDIRECTING, target))
                for path in ("/sign-in", "/", "/tasks", "/mailings/1"):
                    crawler.get(f"{path}?{asked}")
            assert not crawler.found, crawler.found

    @pytest.mark.parametrize("target", FOREIGN)
    def test_signing_in_leads_to_a_page_of_ours(self, hostile: Place, target: str) -> None:
        account = next(each for each in sample.story()["staff"] if each["role"] == "auditor")
        given = {"login": account["login"], "password": account["password"]}
        browser = hostile.crawler("").browser
        response = browser.post("/sign-in", given, query_string={"next": target}, base_url=TLS)
        assert response.status_code in (302, 303)
        assert response.location == "/"


class TestFiles:
    def test_an_archive_and_a_name_write_nothing_outside(self, hostile: Place) -> None:
        crawler = hostile.walked("author")
        assert any(SLIP in page.text for page in crawler.pages.values()), "the archive is there"
        escaped = [Path("/tmp") / SLIP, Path("/tmp") / f"{SLIP}.zip"]
        assert not [each for each in escaped if each.exists()]
        assert not [each for each in hostile.folder.rglob("*") if SLIP in each.name]

    def test_what_is_saved_has_a_name_without_a_path(self, hostile: Place) -> None:
        crawler = hostile.crawler("author")
        with hostile.database.reading() as session:
            versions = session.scalars(sa.text("SELECT id FROM material_versions")).all()
        for version in versions:
            response = crawler.get(f"/materials/{version}")
            name = response.headers.get("Content-Disposition", "")
            assert not re.search(r"[\r\n/\\]|%2F|%5C", name), name
        assert not crawler.found, crawler.found
        assert len(versions) >= 6
