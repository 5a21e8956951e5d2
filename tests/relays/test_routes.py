"""Each office's mails go through its own relay, where it has one, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eventmail.addresses import EmailAddress
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings.models import Snapshot
from eventmail.outbox import service as outbox_service
from eventmail.outbox.worker import Outbox
from eventmail.relays import service
from eventmail.relays.kind import RELAY
from eventmail.relays.service import Choice, NoRoute
from eventmail.sample import People
from eventmail.sealing import Sealer
from eventmail.wire import NotAllowedHere, Security
from tests.recorder import Recorder
from tests.settling import settle

OWN = Choice("mail.himesato.example", connections=2, per_minute=60, most_recipients=50)


def choose(database: Database, people: People, choice: Choice) -> None:
    with database.writing() as session:
        settle(session, RELAY.at(people.manager.office.id), choice.told())


def secured(settings: Settings, people: People, password: str = "secret") -> Choice:
    place = service.place(people.manager.office.id)
    sealed = Sealer.of(settings).seal(password, place)
    return replace(OWN, username="office", sealed_password=sealed)


@pytest.fixture
def elsewhere(settings: Settings) -> Settings:
    """The installation's relay is away; outside production only ``example`` may be sent to."""
    return replace(settings, mail_port=9, mail_sink=False, mail_allowed_domains=("example",))


@pytest.fixture
def outbox(elsewhere: Settings, database: Database) -> Iterator[Outbox]:
    made = Outbox(elsewhere, database)
    yield made
    made.huey.storage.close()


def test_an_office_that_chose_none_has_the_installations(
    database: Database, settings: Settings, people: People
) -> None:
    with database.reading() as session:
        route = service.route_of(session, settings, people.manager.office.id)
    assert route == service.default_route(settings)


def test_an_own_relay_has_its_own_credentials_and_limits(
    database: Database, settings: Settings, people: People
) -> None:
    choose(database, people, secured(settings, people))
    live = replace(settings, mail_sink=False)
    with database.reading() as session:
        route = service.route_of(session, live, people.manager.office.id)
        stored = session.scalars(sa.text("SELECT after FROM setting_changes")).all()[-1]
    assert (route.relay.place, route.relay.username) == ("mail.himesato.example:587", "office")
    assert route.relay.password == "secret"
    assert (route.connections, route.per_minute, route.relay.most_recipients) == (2, 60, 50)
    assert "secret" not in stored
    assert "secret" not in repr(route)


def test_it_goes_back_to_the_installations(
    database: Database, settings: Settings, people: People
) -> None:
    choose(database, people, secured(settings, people))
    choose(database, people, Choice())
    with database.reading() as session:
        route = service.route_of(session, settings, people.manager.office.id)
    assert route == service.default_route(settings)


def test_the_mails_go_through_it(
    outbox: Outbox,
    database: Database,
    people: People,
    approved: Snapshot,
    recorder: Recorder,
) -> None:
    choose(database, people, Choice("127.0.0.1", recorder.port, Security.NONE))
    outbox.send_due(approved.id)
    assert len(recorder.received) == 31


def test_outside_production_an_own_relay_is_no_way_out(
    database: Database, settings: Settings, people: People
) -> None:
    choose(database, people, Choice("mail.himesato.example", 25, Security.NONE))
    with database.reading() as session:
        route = service.route_of(session, settings, people.manager.office.id)
    with pytest.raises(NotAllowedHere):
        route.relay.check_allowed((EmailAddress.parse("info@aozora.example"),))


@pytest.fixture
def locked(database: Database, people: People, settings: Settings) -> None:
    """The key that its password was sealed with is gone."""
    other = replace(settings, sealing_keys=("another key of thirty-two letters",))
    choose(database, people, secured(other, people))


def test_a_password_that_does_not_open_stops_the_sending_and_says_so(
    locked: None,
    outbox: Outbox,
    database: Database,
    approved: Snapshot,
    people: People,
    recorder: Recorder,
) -> None:
    outbox.send_due(approved.id)
    with database.reading() as session:
        assert outbox_service.progress(session, approved).accepted == 0
        assert outbox.blocked(session, approved.office_id) == service.LOCKED
        assert outbox.open_relay(session, approved.office_id) is None
        with pytest.raises(NoRoute):
            service.route_of(session, outbox.settings, approved.office_id)
    assert recorder.commands == []


UNFIT: dict[str, dict[str, object]] = {
    "a password in the clear": {"username": "a", "sealed_password": "x", "security": "none"},
    "a user without a password": {"username": "a"},
    "a port that is none": {"port": 0},
    "no connection at all": {"connections": 0},
    "a batch of a thousand": {"most_recipients": 1000},
    "an encryption that is none": {"security": "rot13"},
    "something else besides": {"cc": "everybody"},
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_no_office_may_choose(database: Database, people: People, what: str) -> None:
    with pytest.raises(UserError), database.writing() as session:
        settle(session, RELAY.at(people.manager.office.id), OWN.told() | UNFIT[what])


def test_whoever_confirms_sees_what_changes_and_never_the_password() -> None:
    after = replace(OWN, username="office", sealed_password="1.sealed")
    rows = RELAY.describe(Choice().told(), after.told())
    told = {row.what: (row.now, row.then) for row in rows if row.differs}
    assert told["送信サーバー"] == ("共通の送信サーバー", "mail.himesato.example")
    assert told["パスワード"] == ("なし", "登録済み")
    assert told["送る速さの上限"] == ("―", "1分間に60通まで")
    again = RELAY.describe(after.told(), replace(after, sealed_password="1.other").told())
    assert [(row.what, row.then) for row in again if row.differs] == [
        ("パスワード", "新しいパスワード")
    ]
    assert "sealed" not in str(rows) + str(again)
