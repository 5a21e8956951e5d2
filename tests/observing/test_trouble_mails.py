"""The mails about troubles: not too many, none that is old, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.observing import backups, troubles
from eventmail.observing.backups import Backup
from eventmail.observing.models import TroubleMail
from eventmail.offices.models import Mailbox, Office, Staff
from eventmail.outbox.worker import Outbox
from eventmail.staffmail.models import NoticeState
from tests.observing.trouble_mails import (
    ADMINISTRATOR,
    checked,
    letters,
    settings,
    still,
    subjects,
    told,
    troubled,
)
from tests.recorder import Recorder

__all__ = ["settings", "still", "told"]


class TestNoFlood:
    @pytest.fixture
    def flips(self, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        """Whether the backup has failed: whoever changes it makes a trouble or ends it."""
        failed = [False]
        monkeypatch.setattr(backups, "look", lambda _: Backup(clock.now(), failed_since=failed[0]))
        return failed

    def test_at_most_one_an_hour(
        self,
        flips: list[bool],
        told: Recorder,
        database: Database,
        outbox: Outbox,
        still: time_machine.Traveller,
    ) -> None:
        for _ in range(10):  # it fails and comes right again, every five minutes
            flips[0] = not flips[0]
            outbox.sweep()
            still.shift(timedelta(minutes=5))
        assert len(letters(told, ADMINISTRATOR)) == 2
        flips[0] = True
        outbox.sweep()
        assert letters(told, ADMINISTRATOR) == []
        still.shift(timedelta(minutes=15))
        outbox.sweep()
        assert subjects(told, ADMINISTRATOR) == ["バックアップを作れませんでした"]

    def test_two_workers_at_once_tell_once(
        self, flips: list[bool], told: Recorder, database: Database, settings: Settings
    ) -> None:
        flips[0] = True
        with database.reading() as session:
            found = list(troubles._all(session, settings))
        with database.writing() as session:
            troubles._begin(session, found, set())
        with database.writing() as session:
            troubles._begin(session, found, set())  # as if it had looked before the other wrote
        assert len(troubled(database)) == 1

    def test_a_sweep_that_waited_for_another_looks_again(
        self,
        flips: list[bool],
        told: Recorder,
        database: Database,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Its first look is old by then: what it saw is over, or has begun since."""
        looks = iter([False, True])  # before the lock, and behind it
        flips[0] = True
        troubles.note(database, settings)
        look = lambda _: Backup(clock.now(), failed_since=next(looks))  # noqa: E731
        monkeypatch.setattr(backups, "look", look)
        troubles.note(database, settings)
        (trouble,) = troubled(database)
        assert trouble.over_at is None

    def test_what_was_there_long_before_is_no_news(
        self, told: Recorder, database: Database, outbox: Outbox, still: time_machine.Traveller
    ) -> None:
        checked(database, 0, "3番：…")
        still.shift(timedelta(days=2))
        troubles.note(database, outbox.settings)
        assert troubled(database) == []

    def test_whoever_wants_no_notices_gets_none(
        self, flips: list[bool], told: Recorder, database: Database, outbox: Outbox
    ) -> None:
        with database.writing() as session:
            session.execute(sa.update(Staff).values(notices=False))
        flips[0] = True
        outbox.sweep()
        assert letters(told, ADMINISTRATOR) == []


class TestOldMails:
    """What could not leave while all sending was locked, or the relay was away."""

    @pytest.fixture
    def begun(
        self, told: Recorder, database: Database, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backups, "look", lambda _: Backup(None, failed_since=True))
        troubles.note(database, outbox.settings)

    def test_of_what_is_over_only_the_end_is_told(
        self,
        begun: None,
        told: Recorder,
        database: Database,
        outbox: Outbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(backups, "look", lambda _: Backup(clock.now(), failed_since=False))
        troubles.note(database, outbox.settings)
        outbox._mail_staff()
        assert subjects(told, ADMINISTRATOR) == ["バックアップを作れるようになりました"]

    @pytest.mark.parametrize(("days", "mails"), [(2, 1), (4, 0)])
    def test_what_is_older_than_a_mail_is_tried_is_not_told(
        self,
        begun: None,
        told: Recorder,
        outbox: Outbox,
        still: time_machine.Traveller,
        days: int,
        mails: int,
    ) -> None:
        still.shift(timedelta(days=days))
        outbox._mail_staff()
        assert len(letters(told, ADMINISTRATOR)) == mails

    def test_no_stopped_office_writes(
        self, told: Recorder, database: Database, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with database.reading() as session:
            first = session.scalars(sa.select(sa.func.min(Mailbox.office_id))).one()
        _stop(database, first)
        monkeypatch.setattr(backups, "look", lambda _: Backup(None, failed_since=True))
        troubles.note(database, outbox.settings)
        with database.reading() as session:
            writes = set(session.scalars(sa.select(TroubleMail.office_id)))
        assert first not in writes


def _stop(database: Database, office_id: int) -> None:
    with database.writing() as session:
        session.get_one(Office, office_id).stopped_at = clock.now()


def test_a_mail_is_never_readdressed_nor_sent_twice(
    told: Recorder, database: Database, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "look", lambda _: Backup(None, failed_since=True))
    outbox.sweep()
    for values in ({"token": "x" * 32}, {"state": NoticeState.QUEUED}, {"over": True}):
        with pytest.raises(sa.exc.DBAPIError, match="guard trouble_mails"):  # noqa: SIM117
            with database.writing() as session:
                session.execute(sa.update(TroubleMail).values(**values))
