"""Two people at the same moment: the row lock decides, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor
from eventmail.outbox import service as outbox
from eventmail.outbox.models import Delivery
from eventmail.sample import People
from tests import settling
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


def put_new_file(database: Database, people: People, event_id: int) -> None:
    """Another version of a file that the mailing carries comes onto the shelf."""
    with database.writing() as session:
        event = session.get_one(Event, event_id)
        name = "当日スケジュール.pdf"
        events.put_material(session, people.author, event, name, b"%PDF-1.4 new")
        mailings.refresh(session, event)


def test_a_file_replaced_a_moment_before_is_not_approved(
    database: Database, people: People, checked: Snapshot
) -> None:
    """The approver's transaction has begun and read when the other one commits."""
    with database.reading() as session:
        read = session.get_one(Snapshot, checked.id)
        assert read.mailing.state is MailingState.APPROVING
        put_new_file(database, people, checked.event_id)
        with pytest.raises(UserError, match="いま「作成中」のため"):
            approve_now(database, people.approver, checked)
    assert reload(database, people, checked.mailing_id).state is MailingState.DRAFT
    assert deliveries(database) == 0


def test_a_file_replaced_past_the_service_is_not_approved_either(
    database: Database, people: People, checked: Snapshot
) -> None:
    """Nobody has told the mailing: the digest is compared once more under the lock."""
    with database.writing() as session:
        event = session.get_one(Event, checked.event_id)
        events.put_material(session, people.author, event, "当日スケジュール.pdf", b"%PDF-1.4 n")
    with pytest.raises(UserError, match="表示していた内容から変わっています"):
        approve_now(database, people.approver, checked)
    assert deliveries(database) == 0


def approve_now(database: Database, who: Actor, snapshot: Snapshot) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, who, snapshot.mailing_id, lock=True)
        outbox.start(session, mailings.approve(session, who, mailing, snapshot.digest))


def test_an_approval_and_a_rejection_at_once_are_one_of_them(
    database: Database, people: People, checked: Snapshot
) -> None:
    with database.writing() as session:
        office = people.approver.office
        password = "a password of fifteen letters"
        made = settling.add_staff(session, office, "p2", "もう一人", password, [Role.APPROVER])
    second = Actor(made, office)

    def reject() -> None:
        with database.writing() as session:
            mailing = mailings.get_mailing(session, second, checked.mailing_id, lock=True)
            mailings.reject(session, second, mailing, checked.digest, "行わない")

    assert len(at_once(lambda: approve_now(database, people.approver, checked), reject)) == 1
    state = reload(database, people, checked.mailing_id).state
    assert (state, deliveries(database)) in (
        (MailingState.SENDING, 31),
        (MailingState.REJECTED, 0),
    )


def test_a_deputys_yes_and_the_end_of_his_appointment_at_once(
    database: Database, people: People, checked: Snapshot
) -> None:
    """Either he was still the deputy, or nothing was approved."""
    with database.writing() as session:
        office = people.approver.office
        password = "a password of fifteen letters"
        made = settling.add_staff(session, office, "p2", "代理", password, [Role.CHECKER])
        today = clock.today()
        appointed = deputies.appoint(session, people.approver, made.id, today, today, "出張")
        deputy = offices.actor_of(session, made)

    def revoke() -> None:
        with database.writing() as session:
            deputies.revoke(session, people.approver, appointed.id)

    refused = at_once(lambda: approve_now(database, deputy, checked), revoke)
    state = reload(database, people, checked.mailing_id).state
    assert (state, deliveries(database), bool(refused)) in (
        (MailingState.SENDING, 31, False),
        (MailingState.APPROVING, 0, True),
    )
