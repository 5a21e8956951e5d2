"""The service's own mails that waited when a backup was made do not leave a second time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.alerts import postbag
from eventmail.alerts import service as alerts
from eventmail.alerts.models import Alert, AlertMail
from eventmail.alerts.sending import BAG
from eventmail.database import Database
from eventmail.keeping import bags, unlocking
from eventmail.mailings.models import Snapshot
from eventmail.offices.models import Mailbox
from eventmail.sample import People
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind
from eventmail.tables import metadata
from eventmail.wire import Cleared, Relay
from tests.keeping.own_mails import one_of_each
from tests.recorder import Recorder


@pytest.fixture
def waiting(database: Database, approved: Snapshot, people: People) -> None:
    """One of each, in a copy that is locked."""
    with database.writing() as session:
        one_of_each(session, people)
        sendlock.lock(session, LockKind.RESTORED, "eventmail.zip")


def fates(database: Database) -> Counter[tuple[str, str]]:
    with database.reading() as session:
        return Counter(
            (state.class_.__tablename__, each.value)
            for state, _ in bags.BAGS
            for each in session.scalars(sa.select(state))
        )


def unlock(database: Database, *, nothing_sent_since: bool) -> unlocking.Unlocked:
    with database.writing() as session:
        return unlocking.unlock(session, "確認済", "", nothing_sent_since=nothing_sent_since)


def test_every_table_in_which_mails_wait_is_known() -> None:
    """Those that the sweep sends from have these columns; deliveries are judged by themselves."""
    columns = {"token", "due_at", "attempts", "reply"}
    bagged = {each.name for each in metadata.sorted_tables if columns <= set(each.columns.keys())}
    assert {state.class_.__tablename__ for state, _ in bags.BAGS} == bagged - {"deliveries"}


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("state", ["queued", "claimed"])
def test_none_of_those_that_waited_is_sent(database: Database, people: People, state: str) -> None:
    with database.writing() as session:
        for column, _ in bags.BAGS:
            session.execute(sa.update(column.class_).values({column.key: state}))
    assert unlock(database, nothing_sent_since=False).dropped == len(bags.BAGS)
    assert fates(database) == Counter(
        (column.class_.__tablename__, fate) for column, fate in bags.BAGS
    )
    with database.reading() as session:
        assert len(alerts.open_alerts(session, people.approver)) == 1, "it stays on the pages"


@pytest.mark.usefixtures("waiting")
def test_all_are_sent_where_nothing_was_sent_since(database: Database) -> None:
    assert unlock(database, nothing_sent_since=True).dropped == 0
    assert {state for _, state in fates(database)} == {"queued"}


def test_a_lock_that_comes_while_mails_leave_holds_the_others(
    database: Database, approved: Snapshot, relay: Relay, recorder: Recorder
) -> None:
    """All were taken in one go, and the first was made when the lock came."""
    with database.writing() as session:
        box = session.scalars(sa.select(Mailbox).limit(1)).one()
        for _ in range(3):
            alerts.raise_alert(session, box, "relay.blocked", "office:1", "試験です。")

    def lock_then_made(session: Session, alert: Alert) -> Cleared | postbag.Fate:
        with database.writing() as other:
            sendlock.lock(other, LockKind.MOVED, "x")
        return BAG.make(session, alert)

    bag = replace(BAG, make=lock_then_made, tired=lambda _: True)
    postbag.send_due(database, lambda *_: relay, bag)
    assert len(recorder.received) == 1
    with database.reading() as session:
        found = list(session.scalars(sa.select(Alert.mail).order_by(Alert.id)))
    assert found == [AlertMail.ACCEPTED, AlertMail.QUEUED, AlertMail.QUEUED]
