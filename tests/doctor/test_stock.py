"""What there is to be checked: every relay and domain in use, and what hides them is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doctor import checks
from eventmail.doctor.checks import Examination
from eventmail.doctor.finding import State
from eventmail.doctor.running import Result
from eventmail.doctor.stock import stock_of
from eventmail.offices.models import Office
from eventmail.sample import People
from tests.doctor.cases import BROKEN, holds
from tests.recorder import Recorder


def test_every_relay_and_domain_in_use_is_looked_at(
    settings: Settings, database: Database, people: People
) -> None:
    with database.reading() as session:
        stock = stock_of(session, settings)
    (relay,) = stock.relays
    assert (relay.port, str(stock.relays[relay])) == (
        settings.mail_port,
        "gakusotsu@himesato-anteisho.example",
    )
    assert stock.domains == {"himesato-anteisho.example": settings.mail_server}


def test_mail_from_is_tried_with_the_address_that_mails_really_have(
    settings: Settings, database: Database, people: People
) -> None:
    with database.reading() as session:
        stock = stock_of(session, replace(settings, bounce_address="bounce@himesato.example"))
    (sender,) = stock.relays.values()
    assert str(sender).startswith("bounce+d1-")


def test_the_mailboxes_of_all_offices_are_read_by_one_query(
    settings: Settings, database: Database, people: People
) -> None:
    with database.writing() as session:
        bureau = people.author.office.bureau_id
        session.add_all(Office(name=f"所{number}", bureau_id=bureau) for number in range(3))
    with asked(database) as queries, database.reading() as session:
        assert stock_of(session, settings).domains
    assert len([each for each in queries if "FROM mailboxes" in each]) == 1


def test_a_relay_that_cannot_be_one_is_a_finding(settings: Settings, database: Database) -> None:
    told = relays_of(Examination(replace(settings, mail_server="送信サーバー"), database))
    (only,) = told
    holds(only.finding, BROKEN, "誤りがあり", "EVENTMAIL_MAIL_SERVER")


def _raises(*_: object) -> None:
    raise sa.exc.OperationalError("SELECT", {}, Exception("gone"))


def test_what_the_offices_use_is_not_left_out_without_a_word(
    settings: Settings, database: Database, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "stock_of", _raises)
    ours, offices = relays_of(Examination(settings, database))
    assert ours.finding.state is State.GOOD
    holds(offices.finding, BROKEN, "調べられませんでした", "「データベース」の行")


def relays_of(examination: Examination) -> list[Result]:
    return [each for each in examination.whole() if each.check.name == "relay"]


@contextmanager
def asked(database: Database) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    queries: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        queries.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield queries
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
