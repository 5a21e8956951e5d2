"""A trouble and the mails about it, for the tests of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.administration import service as administration
from eventmail.audit.models import AuditCheck
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.observing.models import Trouble
from eventmail.offices.models import Staff
from eventmail.sample import People
from eventmail.staffmail.service import set_address
from eventmail.wire import parse_mail
from tests import settling
from tests.recorder import Recorder

DOMAIN = "himesato-anteisho.example"
MANAGER, ADMINISTRATOR = f"kanri@{DOMAIN}", f"system@{DOMAIN}"


@pytest.fixture(autouse=True)
def still() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved; not before what the fixtures wrote down."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An administrator may serve in no office: then his domain must be one of these."""
    return replace(settings, staff_domains=(DOMAIN,))


@pytest.fixture
def told(database: Database, people: People, recorder: Recorder) -> Recorder:
    """A manager and an administrator who can be written to. The recorder judges each mail."""
    recorder.employ(DOMAIN)
    with database.writing() as session:
        manager = session.get_one(Staff, people.manager.id)
        set_address(session, manager, MANAGER)
        other = settling.add_staff(
            session, people.manager.office, "system", "情報 係", "a-long-passphrase", []
        )
        administration.make_administrator(session, other)
        other.address = ADMINISTRATOR
    return recorder


def letters(recorder: Recorder, to: str) -> list[tuple[str, str]]:
    """Subject and text of what somebody got since the last look."""
    mails = [parse_mail(each.content) for each in recorder.received if each.rcpt_to == (to,)]
    for each in [each for each in recorder.received if each.rcpt_to == (to,)]:
        recorder.received.remove(each)
    return [(each.value("Subject"), each.body) for each in mails]


def subjects(recorder: Recorder, to: str) -> list[str]:
    return [subject.removeprefix("【イベントメール】") for subject, _ in letters(recorder, to)]


def troubled(database: Database) -> list[Trouble]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Trouble).order_by(Trouble.id)))


def checked(database: Database, chain: int, fault: str) -> None:
    """A verification of the audit has come to this."""
    with database.writing() as session:
        session.add(AuditCheck(chain=chain, at=clock.now(), number=1, mac="x", fault=fault))
