"""Two people at the same moment: the row lock decides, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.outbox import service as outbox
from eventmail.outbox.models import Delivery
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings.journey import reload


def at_once(*acts: Callable[[], None]) -> list[str]:
    """Run all acts at the same moment; the sentences of those that were refused."""
    gate = threading.Barrier(len(acts))
    refused: list[str] = []

    def run(act: Callable[[], None]) -> None:
        gate.wait()
        try:
            act()
        except UserError as error:
            refused.append(error.message)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return refused


@pytest.fixture
def approve(database: Database, people: People, checked: Snapshot) -> Callable[[], None]:
    def act() -> None:
        with database.writing() as session:
            mailing = mailings.get_mailing(session, people.approver, checked.mailing_id, lock=True)
            stored = mailings.approve(session, people.approver, mailing, checked.digest)
            outbox.start(session, stored)

    return act


def deliveries(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(Delivery)).one()


def test_two_approvals_at_once_start_one_sending(
    database: Database, approve: Callable[[], None]
) -> None:
    assert len(at_once(approve, approve)) == 1
    assert deliveries(database) == 31


def test_an_approval_and_an_edit_at_once_never_both_hold(
    database: Database, people: People, meeting: Meeting, approve: Callable[[], None]
) -> None:
    def edit() -> None:
        with database.writing() as session:
            mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
            draft = mailings.Draft("目的", "別の件名", "別の本文", frozenset(), mailing.version)
            mailings.save_draft(session, people.author, mailing, draft)

    assert len(at_once(approve, edit)) == 1
    state = reload(database, people, meeting.mailing.id).state
    assert (state, deliveries(database)) in (
        (MailingState.SENDING, 31),
        (MailingState.DRAFT, 0),
    )


def test_an_approval_and_a_new_material_at_once_leave_no_sending_draft(
    database: Database, people: People, meeting: Meeting, approve: Callable[[], None]
) -> None:
    def put() -> None:
        with database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            name = "当日スケジュール.pdf"
            events.put_material(session, people.author, event, name, b"%PDF-1.4 new")
            mailings.refresh(session, event)

    at_once(approve, put)
    state = reload(database, people, meeting.mailing.id).state
    assert (state, deliveries(database)) in (
        (MailingState.SENDING, 31),
        (MailingState.DRAFT, 0),
    )
