"""One click stops an invitation: the header, the link, and what it opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail.audit.keys import open_database
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings.models import Mailing, SendMode
from eventmail.outbox import sending
from eventmail.own_page import guarding
from eventmail.sample import People
from eventmail.sealing import Sealer
from eventmail.suppression import tokens
from eventmail.suppression.models import Kind, Source, Suppression
from eventmail.suppression.tokens import Place, StopLinks, token_of
from eventmail.wire import Relay
from tests import settling
from tests.attacks.reading import body
from tests.conftest import SECRET, Meeting
from tests.mailings import journey
from tests.recorder import Recorder

KEY, OTHER_KEY = b"first key", b"second key"
PLACE = Place(1, 2, 3, 4, "saiyo@aozora.example")
URL = "https://mail.hirono.example"
HEADER = re.compile(
    rb"\r\nList-Unsubscribe: <https://mail\.hirono\.example/unsubscribe/([a-z2-7]{40})>\r\n"
    rb"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLACE, office_id=9),
        replace(PLACE, event_id=9),
        replace(PLACE, participant_id=9),
        replace(PLACE, contact_id=9),
        replace(PLACE, address_key="hito@midori.example"),
    ],
)
def test_every_recipient_has_a_link_of_his_own(other: Place) -> None:
    assert token_of(KEY, PLACE) == token_of(KEY, PLACE)
    assert len({token_of(KEY, PLACE), token_of(KEY, other), token_of(OTHER_KEY, PLACE)}) == 3
    assert re.fullmatch("[a-z2-7]{40}", token_of(KEY, other))


def link(settings: Settings, contact: Contact) -> str:
    links = StopLinks("", Sealer.of(settings), contact.office_id, contact.event_id)
    return links.url(contact.participant_id, contact.id, contact.address_key)


def contacts(database: Database) -> list[Contact]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Contact).order_by(Contact.id).limit(2)))


def suppressions(database: Database) -> list[Suppression]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Suppression).order_by(Suppression.id)))


def test_looking_at_it_changes_nothing_and_a_click_stops_the_office_for_him_alone(
    app: Flask, database: Database, settings: Settings, meeting: Meeting
) -> None:
    mine, others = contacts(database)
    path = link(settings, mine)
    client = app.test_client()

    page = client.get(path)
    assert page.status_code == 200
    assert client.head(path).status_code == 200
    assert suppressions(database) == []
    assert mine.address not in page.get_data(as_text=True)
    assert others.address not in page.get_data(as_text=True)

    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    for each in (page, answer):
        assert "Set-Cookie" not in each.headers
        assert each.headers["Referrer-Policy"] == "no-referrer"
        assert each.headers["Cache-Control"] == "no-store"
    (found,) = suppressions(database)
    assert (found.address_key, found.event_id) == (mine.address_key, None)
    assert (found.kind, found.source, found.staff_id) == (
        Kind.UNSUBSCRIBED,
        Source.ONE_CLICK,
        None,
    )

    client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert len(suppressions(database)) == 1


def test_a_mail_programs_multipart_form_is_understood(
    app: Flask, database: Database, settings: Settings, meeting: Meeting
) -> None:
    path = link(settings, contacts(database)[0])
    data, kind = {"List-Unsubscribe": "One-Click"}, "multipart/form-data"
    assert app.test_client().post(path, data=data, content_type=kind).status_code == 200
    assert len(suppressions(database)) == 1


def test_the_page_stops_one_event_or_all(
    app: Flask, database: Database, settings: Settings, meeting: Meeting
) -> None:
    mine, other = contacts(database)
    client = app.test_client()
    client.post(link(settings, mine), data={"scope": "event"})
    client.post(link(settings, other), data={"scope": "office"})
    assert [(each.event_id, each.source) for each in suppressions(database)] == [
        (mine.event_id, Source.PAGE),
        (None, Source.PAGE),
    ]


@pytest.mark.parametrize("data", [{}, {"scope": "everything"}, {"List-Unsubscribe": "no"}])
def test_a_post_that_says_nothing_stops_nothing(
    app: Flask, database: Database, settings: Settings, meeting: Meeting, data: dict[str, str]
) -> None:
    path = link(settings, contacts(database)[0])
    assert app.test_client().post(path, data=data).status_code == 422
    assert suppressions(database) == []


def _shortened(token: str) -> str:
    return token[:-1]


def _flipped(token: str) -> str:
    return token[:-1] + ("a" if token[-1] != "a" else "b")


def _anothers_number(token: str) -> str:
    return "aaaaaaac" + token[8:]


def _loud(token: str) -> str:
    return token.upper()


@pytest.mark.parametrize("forged", [_shortened, _flipped, _anothers_number, _loud])
def test_a_link_that_was_not_given_opens_nothing(
    app: Flask,
    database: Database,
    settings: Settings,
    meeting: Meeting,
    forged: Callable[[str], str],
) -> None:
    path = link(settings, contacts(database)[0])
    place, _, token = path.rpartition("/")
    client = app.test_client()
    wrong = f"{place}/{forged(token)}"
    assert client.get(wrong).status_code == 404
    assert client.post(wrong, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert suppressions(database) == []


def test_the_link_in_an_old_mail_stops_the_address_that_it_went_to(
    database: Database, settings: Settings, meeting: Meeting, submitted: object
) -> None:
    mine, _ = contacts(database)
    token = link(settings, mine).rpartition("/")[2]
    with database.writing() as session:
        contact = session.get_one(Contact, mine.id)
        contact.address, contact.address_key = (
            "atarashii@kaisha.example",
            "atarashii@kaisha.example",
        )
        session.flush()
        found = tokens.opened(session, Sealer.of(settings), token)
        assert found is not None
        assert found.address.key == mine.address_key


def _with_address(database: Database) -> Database:
    """The same database, opened by an installation that people reach from outside."""
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(mode=Mode.TEST, secret_key=SECRET, database_url=url, public_url=URL)
    return open_database(settings)


def _approve(database: Database, people: People) -> int:
    with database.writing() as session:
        session.scalars(sa.select(Mailing)).one().stoppable = True
    found = journey.submit(database, people, 1)
    journey.check(database, people, 1)
    journey.approve(database, people, 1)
    return found.id


def test_each_invitation_carries_its_recipients_own_link_and_the_copy_none(
    database: Database,
    people: People,
    settings: Settings,
    meeting: Meeting,
    relay: Relay,
    recorder: Recorder,
) -> None:
    public = _with_address(database)
    sending.run(public, relay, _approve(public, people))
    copy, *mails = recorder.received
    found = {mail.rcpt_to[0]: HEADER.findall(mail.content) for mail in mails}
    assert b"List-Unsubscribe" not in copy.content
    assert len(found) == 30
    assert len({tuple(each) for each in found.values()}) == 30
    with public.reading() as session:
        for address, each in found.items():
            (token,) = each
            leaver = tokens.opened(session, Sealer.of(settings), token.decode())
            assert leaver is not None
            assert str(leaver.address) == address
    public.dispose()


def test_a_batch_says_in_its_foot_how_to_stop(
    database: Database, people: People, meeting: Meeting, relay: Relay, recorder: Recorder
) -> None:
    public = _with_address(database)
    with public.writing() as session:
        settling.set_batches(session, people.author.office, True, 50)
        mailing = session.scalars(sa.select(Mailing)).one()
        mailing.mode, mailing.subject, mailing.body = SendMode.BATCH, "ご案内", "ご案内します。\n"
    sending.run(public, relay, _approve(public, people))
    assert recorder.received
    for mail in recorder.received:
        assert b"List-Unsubscribe" not in mail.content
        assert "このメールへの返信でお知らせください" in body(mail.content)
    public.dispose()


def test_many_guesses_are_throttled_with_those_at_the_pages(
    app: Flask, database: Database, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = guarding.Guesses(guarding.BUDGET, lambda: 0.0)
    monkeypatch.setitem(app.extensions, guarding.EXTENSION, counted)
    client = app.test_client()
    paths = [f"/unsubscribe/{'a' * 8}{number:032}" for number in range(99)]
    codes = [client.post(each).status_code for each in paths]
    looked_up = guarding.BUDGET.burst - 1  # whoever uses it up is told to wait
    assert codes == [404] * looked_up + [429] * (99 - looked_up)
