"""Whole addresses only where the work needs them; everybody else's pages are masked."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings.models import Snapshot
from eventmail.outbox import sending
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.privacy.masking import ADDRESS, NEEDED, _keys, mask, mask_json, masked, strings
from eventmail.wire import Relay
from tests.conftest import Templates, opened
from tests.pages import Pages
from tests.privacy.test_erased_pages import paths
from tests.recorder import PASS, Recorder

SignIn = Callable[[str], Pages]
KNOWN = frozenset({"jinji@a.example", "o'hara@b.example"})
TEXTS = {
    "in a cell": ("<td>Jinji@a.example</td>", "<td>J…@a.example</td>"),
    "in angle brackets": ("田中 &lt;jinji@a.example&gt;", "田中 &lt;j…@a.example&gt;"),
    "after Japanese": ("担当jinji@a.example様", "担当j…@a.example様"),
    "escaped": ("o&#39;hara@b.example", "o…@b.example"),
    "somebody else's": ("info@kaikan.example", "info@kaikan.example"),
    "longer than one known": ("xjinji@a.example", "xjinji@a.example"),
    "after a sign that an address may hold": ("rcpt=jinji@a.example", "rcpt=j…@a.example"),
    "in single quotes": ("'jinji@a.example'", "'j…@a.example'"),
    "with its own sign after another": ("to=o&#39;hara@b.example", "to=o…@b.example"),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_known_addresses_are_masked_and_no_others(text: str, expected: str) -> None:
    assert mask(text, KNOWN, fields_too=True) == expected


def test_in_json_too_whatever_stands_before_it() -> None:
    said = json.dumps(
        ["担当jinji@a.example様", {"a": "\n<b>o&#39;hara@b.example</b>"}, "o'hara@b.example"]
    )
    assert participants_of(strings(said)) == KNOWN
    told = json.loads(mask_json(said, KNOWN, fields_too=True))
    assert told == ["担当j…@a.example様", {"a": "\n<b>o…@b.example</b>"}, "o…@b.example"]


def participants_of(text: str) -> frozenset[str]:
    """What the database is asked for, of those that it knows."""
    return frozenset(key for each in ADDRESS.finditer(text) for _, key in _keys(each[0])) & KNOWN


@pytest.mark.parametrize("sign", ["a", ".", "=", "&", "a@", "@", "a@a-"])
def test_a_page_of_one_long_word_comes_to_its_end(sign: str) -> None:
    """Read anew from each of its signs, it would take an hour."""
    for tail in ("", "@a.example"):
        page = sign * 300_000 + tail
        assert mask(page, KNOWN, fields_too=True) == page
        assert participants_of(page) == set()


def test_what_a_page_is_asked_for_is_looked_up_by_an_index(templates: Templates) -> None:
    """Asked of SQLite: PostgreSQL plans by what the tables hold."""
    database = opened(templates.copy("sqlite"))
    with database.reading() as session:
        for table in ("contacts", "snapshot_recipients"):
            query = f"SELECT 1 FROM {table} WHERE office_id = 1 AND address_key IN ('a', 'b')"
            plan = session.execute(sa.text(f"EXPLAIN QUERY PLAN {query}")).one()[-1]
            assert "(office_id=? AND address_key=?)" in plan
    database.dispose()


def test_what_somebody_types_is_not_saved_masked() -> None:
    page = '<b>jinji@a.example</b><input value="jinji@a.example"><textarea>jinji@a.example'
    page += "</textarea><b>jinji@a.example</b>"
    assert mask(page, KNOWN, fields_too=False).count("jinji@a.example") == 2
    assert "jinji@a.example" not in mask(page, KNOWN, fields_too=True)


def test_a_mask_keeps_the_first_letter_and_the_domain() -> None:
    assert masked("k.tanaka@aozora.example") == "k…@aozora.example"


def test_the_table_names_pages_that_there_are(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert NEEDED.keys() - known == set()


@pytest.fixture
def told(database: Database, approved: Snapshot, relay: Relay, recorder: Recorder) -> list[str]:
    """A sending in which the relay has quoted an address; all the participants' addresses."""
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", f"550 5.1.1 <{approved.recipients[0].address}>: no such user")
    sending.run(database, relay, approved.id)
    with database.reading() as session:
        refused = Delivery.state == DeliveryState.REFUSED
        assert session.scalar(sa.select(sa.func.count()).where(refused)) == 1
        return list(session.scalars(sa.select(Contact.address)))


@pytest.mark.parametrize("role", ["manager", "auditor"])
def test_no_page_shows_them_to_who_does_not_work_with_them(
    app: Flask, database: Database, told: list[str], sign_in: SignIn, role: str
) -> None:
    browser = sign_in(role)
    shown = set()
    with database.reading() as session:
        numbers = set(session.scalars(sa.select(Contact.phone).where(Contact.phone != "")))
    assert len(numbers) >= 30
    for path, endpoint in paths(app, database):
        response = browser.raw(path)
        # The API knows no browser's session: tests/api asks it with tokens.
        unknown = (401,) if endpoint.startswith("api.") else ()
        assert response.status_code in (200, 302, 403, 404, 409, *unknown), path
        text = response.get_data().decode("utf-8", "ignore")
        assert [each for each in (*told, *numbers) if each in text] == [], path
        if "伏せて表示" in text:
            shown.add(endpoint)
            assert ("表示する</button>" in text) == (role == "manager")
    assert {"events.participants", "mailings.show", "outbox.progress", "outbox.as_sent"} <= shown


def test_revealing_counts_for_one_view_of_one_page_and_is_recorded(
    database: Database, told: list[str], sign_in: SignIn
) -> None:
    browser = sign_in("manager")
    page = "/events/1/participants?page=1"
    assert told[0] not in browser.raw(page).get_data(as_text=True)
    shown = browser.post_raw("/privacy/reveal", {"page": page}).get_data(as_text=True)
    assert all(each in shown for each in told)
    assert told[0] not in browser.raw(page).get_data(as_text=True)
    with database.reading() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "addresses.revealed")
        ).one()
    assert entry.details == {"page": "/events/1/participants", "addresses": 30}


def test_a_leave_for_one_page_is_none_for_another(told: list[str], sign_in: SignIn) -> None:
    browser = sign_in("manager")
    sent = {"page": "/events/1", "csrf_token": browser._token()}
    browser._client.post("/privacy/reveal", data=sent)  # not followed
    assert told[0] not in browser.raw("/events/1/participants").get_data(as_text=True)


ELSEWHERE = ("//evil.example/", "/\\evil.example", "https://evil.example/", "")


@pytest.mark.parametrize("page", ELSEWHERE)
def test_revealing_leads_nowhere_else(meeting: object, sign_in: SignIn, page: str) -> None:
    assert sign_in("manager").post_raw("/privacy/reveal", {"page": page}).status_code == 409


def test_an_auditor_reveals_nothing(meeting: object, sign_in: SignIn) -> None:
    sign_in("auditor").post("/privacy/reveal", {"page": "/events/1/participants"}, status=403)


def test_those_who_work_with_them_see_them_there_and_masked_elsewhere(
    told: list[str], sign_in: SignIn
) -> None:
    author = sign_in("author")
    assert told[0] in author.raw("/events/1/participants").get_data(as_text=True)
    assert told[0] not in author.raw("/mailings/1/progress").get_data(as_text=True)
    assert told[0] not in sign_in("checker").raw("/mailings/1").get_data(as_text=True)


@pytest.mark.parametrize("role", ["author", "checker", "approver", "manager", "auditor"])
def test_telephone_numbers_go_with_the_addresses_and_names_stay(
    database: Database, meeting: object, sign_in: SignIn, role: str
) -> None:
    browser, page = sign_in(role), "/events/1/participants"
    with database.reading() as session:
        numbers = set(session.scalars(sa.select(Contact.phone).where(Contact.phone != "")))
        names = set(session.scalars(sa.select(Contact.name).where(Contact.name != "")))
    text = browser.raw(page).get_data(as_text=True)
    assert all(each in text for each in names)
    assert len([each for each in numbers if each in text]) == (
        len(numbers) if role == "author" else 0
    )
    if role not in ("author", "auditor"):
        assert "アドレスと電話番号を表示する</button>" in text
        text = browser.post_raw("/privacy/reveal", {"page": page}).get_data(as_text=True)
        assert all(each in text for each in numbers)


def test_a_lifted_page_is_recorded_even_where_the_only_address_was_typed(
    database: Database, told: list[str], sign_in: SignIn
) -> None:
    sign_in("manager").post_raw("/privacy/reveal", {"page": f"/events/1/participants?q={told[0]}"})
    with database.reading() as session:
        lifted = sa.select(AuditEntry).where(AuditEntry.action == "addresses.revealed")
        assert session.scalars(lifted).one()
