"""From one database to another with one command; the old one is locked first and stays so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from eventmail.alerts import service as alerts
from eventmail.alerts.models import Alert, AlertMail
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.keeping import moving, restoring, unlocking
from eventmail.mailings.models import Snapshot
from eventmail.offices.models import Mailbox
from eventmail.outbox import sending
from eventmail.outbox.standing import Hold, standing
from eventmail.sendlock import service as sendlock
from eventmail.wire import Relay
from tests.keeping.conftest import Elsewhere, rows_of
from tests.kinds import DATABASES
from tests.recorder import Recorder


@pytest.mark.parametrize("to", DATABASES)
def test_all_rows_are_there_and_both_are_locked(
    settings: Settings,
    database: Database,
    approved: Snapshot,
    relay: Relay,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
    recorder: Recorder,
    to: str,
) -> None:
    there = elsewhere(to)
    manifest = moving.move(settings, there.database_url)
    moved = reopened(there)
    before = rows_of(database)
    assert rows_of(moved) == before
    assert manifest.rows == sum(map(len, before.values()))
    for each in (database, moved):
        assert sending.run(each, relay, approved.id) is False
        with each.reading() as session:
            assert standing(session, approved.id).hold is Hold.LOCKED
    assert recorder.commands == []
    assert not list(settings.data_dir.glob(".move-*"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_queue_goes_on_in_the_new_one_and_not_in_the_old(
    settings: Settings,
    database: Database,
    approved: Snapshot,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> None:
    """Nothing was sent between: the old one was locked before. Who unlocks that is asked anew."""
    there = elsewhere("postgresql")
    moving.move(settings, there.database_url)
    holds = {}
    for chosen in (there, settings):
        with reopened(chosen).writing() as session:
            unlocking.unlock(
                session, "移しました", restoring.where(chosen), nothing_sent_since=False
            )
            holds[chosen.database] = standing(session, approved.id).hold
    assert holds == {there.database: Hold.FIRST_COPY, settings.database: Hold.PAUSED}


@pytest.fixture
def in_hand(database: Database, approved: Snapshot) -> None:
    """A worker is just mailing an alert."""
    with database.writing() as session:
        box = session.scalars(sa.select(Mailbox).limit(1)).one()
        alert = alerts.raise_alert(session, box, "relay.blocked", "office:1", "試験です。")
        alert.mail = AlertMail.CLAIMED


def fate_of_the_alert(database: Database) -> AlertMail:
    with database.reading() as session:
        return session.scalars(sa.select(Alert.mail)).one()


@pytest.mark.usefixtures("in_hand")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_mail_of_our_own_that_is_in_hand_is_waited_for(
    settings: Settings,
    database: Database,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def settled(_: float) -> None:
        with database.writing() as session:
            session.execute(sa.update(Alert).values(mail=AlertMail.ACCEPTED))

    monkeypatch.setattr("eventmail.keeping.moving.time.sleep", settled)
    there = elsewhere("sqlite")
    moving.move(settings, there.database_url)
    assert fate_of_the_alert(reopened(there)) is AlertMail.ACCEPTED


@pytest.mark.usefixtures("in_hand")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_that_does_not_end_in_time_goes_no_more_from_the_new_one(
    settings: Settings,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> None:
    there = elsewhere("sqlite")
    moving.move(replace(settings, lease_seconds=0), there.database_url)
    assert fate_of_the_alert(reopened(there)) is AlertMail.UNCERTAIN


URLS = {
    "no address": ("nonsense", "書き方が違います"),
    "another program": ("mysql://x/y", "書き方が違います"),
    "in memory": ("sqlite://", "書き方が違います"),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("url", "sentence"), URLS.values(), ids=URLS)
def test_a_wrong_address_changes_nothing(
    settings: Settings, database: Database, approved: Snapshot, url: str, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        moving.move(settings, url)
    with pytest.raises(UserError, match="いまのデータベースと同じです"):
        moving.move(settings, settings.database)
    with database.reading() as session:
        assert sendlock.current(session) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_target_with_rows_leaves_the_source_unlocked(
    settings: Settings, database: Database, kept: Path, elsewhere: Elsewhere
) -> None:
    there = elsewhere("postgresql")
    restoring.restore(there, kept)
    with pytest.raises(UserError, match="空ではありません"):
        moving.move(settings, there.database_url)
    with database.reading() as session:
        assert sendlock.current(session) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_row_that_the_new_one_does_not_take_is_told(
    settings: Settings,
    database: Database,
    approved: Snapshot,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> None:
    """SQLite lets a text be longer than its column says; PostgreSQL does not."""
    with database.writing() as session:
        session.execute(sa.text("UPDATE staff SET name = :long"), {"long": "長" * 5000})
    there = elsewhere("postgresql")
    with pytest.raises(UserError) as told:
        moving.move(settings, there.database_url)
    assert "表「staff」の行を書き込めません" in told.value.message
    assert "--nothing-sent-since" in told.value.message
    restoring.require_empty(there)
    with database.reading() as session:
        assert sendlock.current(session) is not None
