"""A suppressed address gets nothing: the query, the worker, the gate and the database, each alone.

Each barrier is tried with all others lowered; with all of them lowered the mail arrives, so none
of these tests could pass by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.addresses import EmailAddress
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings import freezing, leaving_out, rehearsal
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.outbox import job, listing, sending, supply
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.supply import ASKED_TO_STOP
from eventmail.sample import People
from eventmail.suppression import service
from eventmail.suppression.models import Kind, Source
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.guards import drop_guard
from tests.mailings import journey
from tests.outbox.test_control import states
from tests.outbox.test_supply import under_way
from tests.recorder import Recorder

Lower = Callable[[pytest.MonkeyPatch, Database], None]


def _query(patch: pytest.MonkeyPatch, _: Database) -> None:
    patch.setattr(freezing, "is_stopped", lambda *_: sa.false())
    patch.setattr(rehearsal, "_of_mails", lambda *_: [])  # the gate looks at drafts, too


def _worker(patch: pytest.MonkeyPatch, _: Database) -> None:
    patch.setattr(supply, "welcome", lambda _, ids: set(ids))


def _gate(patch: pytest.MonkeyPatch, _: Database) -> None:
    patch.setattr(job, "_suppressed", lambda *_: frozenset())


def _database(_: pytest.MonkeyPatch, database: Database) -> None:
    drop_guard(database, "attempts", "suppressed")


BARRIERS: dict[str, Lower] = {
    "the query": _query,
    "the worker": _worker,
    "the gate": _gate,
    "the database": _database,
}


def stop(database: Database, office_id: int, address: EmailAddress, kind: Kind) -> None:
    with database.writing() as session:
        service.suppress(session, office_id, None, address, kind, source=Source.ONE_CLICK)


def first_contact(database: Database) -> EmailAddress:
    with database.reading() as session:
        return session.scalars(sa.select(Contact).order_by(Contact.id).limit(1)).one().email


def approve(database: Database, people: People, stoppable: bool = True) -> Snapshot:
    with database.writing() as session:
        session.scalars(sa.select(Mailing)).one().stoppable = stoppable
    snapshot = journey.submit(database, people, 1)
    journey.check(database, people, 1)
    journey.approve(database, people, 1)
    return snapshot


def reached(recorder: Recorder) -> list[str]:
    return [to for mail in recorder.received for to in mail.rcpt_to]


@pytest.mark.parametrize("barrier", [*BARRIERS, "nothing"])
def test_each_barrier_alone_keeps_the_mail_from_whoever_stopped_it(
    database: Database,
    people: People,
    meeting: Meeting,
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    barrier: str,
) -> None:
    address = first_contact(database)
    stop(database, meeting.event.office_id, address, Kind.UNSUBSCRIBED)
    for name, lower in BARRIERS.items():
        if name != barrier:
            lower(monkeypatch, database)

    snapshot = approve(database, people)
    sending.run(database, relay, snapshot.id)

    assert (str(address) in reached(recorder)) == (barrier == "nothing")
    assert (len(snapshot.recipients) == 29) == (barrier == "the query")
    state = journey.reload(database, people, 1).state
    assert (state is MailingState.HALTED) == (barrier in ("the gate", "the database"))


def test_a_mail_that_the_database_refuses_halts_the_mailing_once_and_leaves_no_claim_behind(
    database: Database,
    people: People,
    meeting: Meeting,
    relay: Relay,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only if the worker's own look is broken: its turn is undone whole, and nobody tries again."""
    address = first_contact(database)
    snapshot = approve(database, people)
    stop(database, meeting.event.office_id, address, Kind.UNSUBSCRIBED)
    for name in ("the worker", "the gate"):
        BARRIERS[name](monkeypatch, database)

    for _ in range(2):
        sending.run(database, relay, snapshot.id)

    assert len(reached(recorder)) == 1, "the office's copy"
    assert states(database, snapshot) == {"withheld": 30}
    assert under_way(database) == 0
    assert journey.reload(database, people, 1).state is MailingState.HALTED


def test_who_stops_after_the_approval_is_withheld_and_the_rest_leaves(
    database: Database, people: People, meeting: Meeting, relay: Relay, recorder: Recorder
) -> None:
    snapshot = approve(database, people)
    address = first_contact(database)
    stop(database, meeting.event.office_id, address, Kind.UNSUBSCRIBED)

    sending.run(database, relay, snapshot.id)

    assert str(address) not in reached(recorder)
    assert len(reached(recorder)) == 30  # the office's copy and 29
    with database.reading() as session:
        lines = [each for each in listing.every(session, snapshot) if each.reply]
    assert [(each.state, each.reply) for each in lines if each.state is DeliveryState.WITHHELD] == [
        (DeliveryState.WITHHELD, ASKED_TO_STOP)
    ]
    assert journey.reload(database, people, 1).state is MailingState.SENT


@pytest.mark.parametrize(
    ("kind", "arrives"),
    [
        pytest.param(Kind.UNSUBSCRIBED, True, id="he wants no invitations"),
        pytest.param(Kind.ASKED_BY_PHONE, False, id="he wants nothing"),
        pytest.param(Kind.BOUNCED, False, id="there is nobody"),
    ],
)
def test_a_change_of_the_place_goes_to_whoever_takes_part(
    database: Database,
    people: People,
    meeting: Meeting,
    relay: Relay,
    recorder: Recorder,
    kind: Kind,
    arrives: bool,
) -> None:
    address = first_contact(database)
    stop(database, meeting.event.office_id, address, kind)

    sending.run(database, relay, approve(database, people, stoppable=False).id)

    assert (str(address) in reached(recorder)) == arrives


def test_whoever_is_left_out_is_named_with_the_reason(
    database: Database, people: People, meeting: Meeting
) -> None:
    address = first_contact(database)
    stop(database, meeting.event.office_id, address, Kind.UNSUBSCRIBED)
    stop(database, meeting.event.office_id, address, Kind.BOUNCED)
    with database.writing() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        mailing.stoppable = True
        found = leaving_out.left_out(session, mailing)
        assert [(c.address, s.kind) for c, s in found.rows] == [(str(address), Kind.BOUNCED)]
        assert str(address) not in [c.address for c in freezing.audience(session, mailing)]


@pytest.mark.parametrize(("page", "shown"), [(1, [0, 1]), (2, [2, 3]), (3, [4]), (9, [4])])
def test_many_who_are_left_out_are_named_a_page_at_a_time(
    database: Database, people: People, meeting: Meeting, page: int, shown: list[int]
) -> None:
    with database.reading() as session:
        order = sa.select(Contact.address).order_by(Contact.source_row, Contact.id).limit(5)
        addresses = list(session.scalars(order))
    for each in addresses:
        stop(database, meeting.event.office_id, EmailAddress.parse(each), Kind.UNSUBSCRIBED)
    with database.writing() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        mailing.stoppable = True
        found = leaving_out.left_out(session, mailing, page, size=2)
        assert [contact.address for contact, _ in found.rows] == [addresses[each] for each in shown]
        assert (found.count, found.pages, found.page) == (5, 3, min(page, 3))
