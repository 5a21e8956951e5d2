"""A letter that leads each participant to his own page: the same in preview and worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.links import service as links
from eventmail.mailings import findings, freezing
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.mailings.rehearsal import rehearse
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.outbox import exposure, sending
from eventmail.sample import People
from eventmail.wire import Relay, parse_mail
from tests.conftest import Meeting
from tests.mailings.journey import approve, check, submit
from tests.recorder import Recorder

PUBLIC = "https://mail.himesato.example"
PAGE = re.compile(rf"{PUBLIC}/p/([a-z2-7]+)")
BODY = "{宛名}\n\n当日のご案内は、貴社のページでご覧ください。\n{参加者ページ}\n"


@pytest.fixture
def public(database: Database, settings: Settings) -> Iterator[Database]:
    """The same database, of an installation that knows its own address."""
    found = open_database(replace(settings, public_url=PUBLIC))
    yield found
    found.dispose()


def write(database: Database, meeting: Meeting, people: People, *, by_link: bool = False) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        mailing.body, mailing.by_link = BODY, by_link


def exposed(database: Database, snapshot: Snapshot) -> tuple[int, int, int]:
    with database.reading() as session:
        found = exposure.newest_record(session, snapshot.id)
        assert found is not None
        return found.mails, found.exposing, found.unreadable


def pages_in(content: bytes) -> list[str]:
    return PAGE.findall(parse_mail(content).body)


def test_everybody_is_led_to_his_own_page_as_the_checker_has_seen(
    public: Database, meeting: Meeting, people: People, relay: Relay, recorder: Recorder
) -> None:
    write(public, meeting, people, by_link=True)
    snapshot = submit(public, people, meeting.mailing.id, answering=True)
    check(public, people, meeting.mailing.id)
    with public.reading() as session:
        content = content_of_snapshot(snapshot)
        press = freezing.press_for_one(session, content, content.recipients[0])
        seen = {
            each.address: pages_in(press.compose(each, "t", snapshot.submitted_at).content)
            for each in content.recipients
        }
    approve(public, people, meeting.mailing.id)
    sending.run(public, relay, snapshot.id)
    first, *mails = recorder.received
    assert pages_in(first.content) == ["mihon"]
    assert {mail.rcpt_to[0]: pages_in(mail.content) for mail in mails} == seen
    assert len(snapshot.materials) == 2
    assert all(parse_mail(mail.content).attachments == () for mail in recorder.received)
    assert exposed(public, snapshot) == (31, 0, 0)
    tokens = [token for (token,) in seen.values()]
    assert len(set(tokens)) == 30
    with public.reading() as session:
        for mail in mails:
            guest = links.opened(session, pages_in(mail.content)[0])
            assert guest is not None
            assert guest.contact.address == mail.rcpt_to[0]


def test_no_letter_leads_nowhere(database: Database, meeting: Meeting, people: People) -> None:
    """An installation that does not know its own address sends none with a page in it."""
    write(database, meeting, people)
    with pytest.raises(mailings.Blocked, match="EVENTMAIL_PUBLIC_URL"):
        submit(database, people, meeting.mailing.id, answering=True)


def test_what_is_taken_from_the_page_is_judged_by_the_gate_as_if_it_were_attached(
    public: Database, meeting: Meeting, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where no rule has seen anything in it."""
    monkeypatch.setattr(findings, "of_ground", lambda _ground: [])
    write(public, meeting, people, by_link=True)
    with public.writing() as session:
        mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
        secret = mailings.draft_content(session, mailing).recipients[0].address
        listed = f"担当者\n{secret}\n".encode()
        events.put_material(session, people.author, mailing.event, "席順.csv", listed)
        chosen = {each.id for each in events.shelf(session, mailing.event)}
        draft = mailings.Draft(
            mailing.purpose, mailing.subject, BODY, frozenset(chosen), mailing.version,
            by_link=True,
        )  # fmt: skip
        mailings.save_draft(session, people.author, mailing, draft)
    with public.reading() as session:
        found = rehearse(
            session, mailings.draft_content(session, session.get_one(Mailing, mailing.id))
        )
    assert [each.code for each in found.findings if each.blocks] == ["other_address"]
