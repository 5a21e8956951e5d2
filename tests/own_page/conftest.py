"""The meeting's letters have arrived, with a link in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask

from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.outbox import sending
from eventmail.sample import People
from eventmail.wire import Relay, parse_mail
from tests.conftest import Meeting
from tests.mailings.journey import approve, check, submit
from tests.recorder import Recorder

PUBLIC = "http://localhost"
PAGE = re.compile(rf"{PUBLIC}/p/([a-z2-7]+)")
BODY = "{宛名}\n\n当日のご案内は、貴社のページでご覧ください。\n{参加者ページ}\n"


@dataclass(frozen=True)
class Arrived:
    """A sending that is over: whose token is whose."""

    snapshot: Snapshot
    tokens: dict[str, str]  # address → token

    @property
    def pair(self) -> tuple[str, str]:
        """The tokens of two companies."""
        first, second, *_ = self.tokens.values()
        return first, second


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An installation that knows its own address."""
    return replace(settings, public_url=PUBLIC)


@pytest.fixture
def public(database: Database, settings: Settings) -> Iterator[Database]:
    """The same database, as the installation opens it."""
    found = open_database(settings)
    yield found
    found.dispose()


def decide(public: Database, people: People, mailing_id: int) -> Snapshot:
    """Through the hands of all three."""
    with public.writing() as session:
        mailing = mailings.get_mailing(session, people.author, mailing_id, lock=True)
        mailing.body, mailing.by_link = BODY, True
    snapshot = submit(public, people, mailing_id, answering=True)
    check(public, people, mailing_id)
    approve(public, people, mailing_id)
    return snapshot


def send(public: Database, people: People, mailing_id: int, relay: Relay) -> Snapshot:
    """Through the hands of all three, and out."""
    snapshot = decide(public, people, mailing_id)
    sending.run(public, relay, snapshot.id)
    return snapshot


@pytest.fixture
def arrived(
    public: Database, meeting: Meeting, people: People, relay: Relay, recorder: Recorder
) -> Arrived:
    snapshot = send(public, people, meeting.mailing.id, relay)
    _, *mails = recorder.received
    found = {mail.rcpt_to[0]: PAGE.findall(parse_mail(mail.content).body)[0] for mail in mails}
    return Arrived(snapshot, found)


@pytest.fixture
def anybody(app: Flask, arrived: Arrived) -> Flask:
    """The running pages over what has arrived."""
    return app
