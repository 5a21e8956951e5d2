"""An approval is not for ever: what nobody let go on is cancelled, and the office told."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control, sending, service
from eventmail.outbox.models import Dispatch
from eventmail.sample import People
from eventmail.wire import Relay
from tests.mailings.journey import reload
from tests.outbox.test_control import do, states


class TestExpiry:
    """An approval is not for ever."""

    def test_what_nobody_let_go_on_for_a_week_is_cancelled_and_the_office_told(
        self, database: Database, people: People, approved: Snapshot, relay: Relay
    ) -> None:
        do(database, control.pause, people.author, approved)
        with database.reading() as session:
            over = session.get_one(Dispatch, approved.id).created_at + service.APPROVAL_LASTS
        with time_machine.travel(over - timedelta(minutes=5)), database.writing() as session:
            assert control.expire(session) == []
        with time_machine.travel(over + timedelta(minutes=5)), database.writing() as session:
            assert [each.id for each in control.expire(session)] == [approved.id]
            assert control.expire(session) == []
        assert states(database, approved) == {"cancelled": 30}
        mailing = reload(database, people, approved.mailing_id)
        assert "7日" in mailing.notice
        with database.reading() as session:
            (alert,) = sending.alerts.open_alerts(session, people.approver)
        assert "7日" in alert.sentence

    def test_what_is_over_does_not_expire(
        self, database: Database, approved: Snapshot, relay: Relay
    ) -> None:
        sending.run(database, relay, approved.id)
        with time_machine.travel(clock.now() + timedelta(days=30)), database.writing() as session:
            assert control.expire(session) == []
