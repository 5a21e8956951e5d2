"""After its time an event's personal data is gone everywhere, and what proves the sending stays."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.erased import EventErasure
from eventmail.events.models import Blob, Contact, Event
from eventmail.letters import slots
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox import decisions, ledger, sending
from eventmail.outbox.models import Attempt, Verdict
from eventmail.privacy import due, purge, scrubbing
from eventmail.privacy.keeping import RETENTION
from eventmail.proposals import service as proposals
from eventmail.roster.models import RosterImport
from eventmail.sample import People
from eventmail.wire import Relay
from tests.outbox import hands
from tests.privacy import traces

LATER = date(2040, 1, 1)


@pytest.fixture
def sent(database: Database, approved: Snapshot, relay: Relay) -> Snapshot:
    sending.run(database, relay, approved.id)
    return approved


def erase(database: Database) -> int:
    return purge.run(database.writing, LATER)


def test_nothing_of_anybody_is_left_in_any_column_and_the_counts_stay(
    database: Database, sent: Snapshot
) -> None:
    words = traces.words(database)
    assert traces.in_rows(database, words)
    assert erase(database) == 1
    assert traces.in_rows(database, words) == []
    with database.reading() as session:
        erasure = session.scalars(sa.select(EventErasure)).one()
        assert (erasure.participants, erasure.contacts, erasure.mails) == (30, 30, 31)
        assert erasure.finished_at is not None
        assert session.get_one(Snapshot, sent.id).recipient_count == 30
        assert len(set(session.scalars(sa.select(Attempt.digest)))) == 31
        assert session.scalars(sa.select(sa.func.count(Contact.id))).one() == 30
        imported = session.scalars(sa.select(RosterImport)).one()
        assert imported.counts["new"] == 30
        assert len(imported.sha256) == 64
        assert set(session.scalars(sa.select(sa.func.length(Blob.content)))) == {0}
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "event.erased")
        ).one()
        assert entry.details["contacts"] == 30


def test_nothing_is_left_in_the_files_of_the_database_either(
    database: Database, sent: Snapshot, tmp_path: Path
) -> None:
    """SQLite keeps what was deleted in free pages and in its log; PostgreSQL's are its own."""
    if not database.is_sqlite:
        return
    words = traces.words(database)
    erase(database)
    assert scrubbing.scrub(database)
    assert not scrubbing.scrub(database), "nothing was erased since"
    assert database.url.database is not None
    for path in Path(database.url.database).parent.glob(Path(database.url.database).name + "*"):
        shutil.copy(path, tmp_path)
    assert len(list(tmp_path.iterdir())) >= 1
    assert traces.in_files(tmp_path, words) == []


@pytest.mark.parametrize(
    "step", ["_whole_snapshots", "_blank_contacts", "_blank_rosters", "files.erase", "_finish"]
)
def test_a_crash_at_any_step_is_made_good_by_the_next_night(
    database: Database, sent: Snapshot, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    words = traces.words(database)

    def broken(*_: object) -> None:
        raise RuntimeError("the machine went down")

    with monkeypatch.context() as patched:
        patched.setattr(f"eventmail.privacy.purge.{step}", broken)
        assert erase(database) == 0
    assert erase(database) == 1
    assert traces.in_rows(database, words) == []
    assert erase(database) == 0, "it is done once"


def test_a_file_that_another_event_has_as_well_stays_for_it(
    database: Database, people: People, sent: Snapshot
) -> None:
    with database.writing() as session:
        first = session.scalars(sa.select(Event)).one()
        facts = events.EventFacts(
            "別のイベント", LATER, "", "会場", first.sender_id, first.reply_to_id
        )
        other = events.add_event(session, people.author, facts)
        material = events.shelf(session, first)[0].newest
        content = events.read_blob(session, first.office_id, material.sha256)
        events.put_material(session, people.author, other, "同じ資料.pdf", content)
    erase(database)
    with database.reading() as session:
        assert events.read_blob(session, material.office_id, material.sha256) == content
        kept = session.scalars(sa.select(Blob.sha256).where(sa.func.length(Blob.content) > 0))
        assert kept.all() == [material.sha256]


def test_an_erased_file_that_is_brought_anew_is_there_again(
    database: Database, sent: Snapshot
) -> None:
    with database.reading() as session:
        blob = session.scalars(sa.select(Blob)).first()
        assert blob is not None
        content, key = blob.content, (blob.office_id, blob.sha256)
    erase(database)
    with database.reading() as session, pytest.raises(UserError, match="消去しました"):
        events.read_blob(session, *key)
    with database.writing() as session:
        events.keep_blob(session, key[0], content)
        assert events.read_blob(session, *key) == content


def test_nothing_of_an_erased_event_changes_any_more(
    database: Database, people: People, sent: Snapshot
) -> None:
    erase(database)
    with database.writing() as session:
        event = session.scalars(sa.select(Event)).one()
        with pytest.raises(UserError, match="保存期間が過ぎた"):
            events.put_material(session, people.author, event, "新しい資料.txt", "文".encode())


def test_what_is_typed_and_not_saved_goes_as_well(
    database: Database, people: People, sent: Snapshot
) -> None:
    with database.writing() as session:
        event = session.scalars(sa.select(Event)).one()
        slots.keep(session, people.author, event, None, {"body": "田中様"}, 0, slots.stamp_of(None))
    erase(database)
    assert traces.in_rows(database, ["田中様"]) == []


KEPT = {
    "before its day": (timedelta(0), 0),
    "on its day": (timedelta(days=1), 1),
}


@pytest.mark.parametrize(("after", "expected"), KEPT.values(), ids=KEPT)
def test_the_day_is_a_year_after_the_event_unless_the_office_says_otherwise(
    database: Database, sent: Snapshot, after: timedelta, expected: int
) -> None:
    with database.reading() as session:
        held_on = session.scalars(sa.select(Event.held_on)).one()
    day = due.months_after(held_on, 12) + after
    assert purge.run(database.writing, day) == expected


@pytest.mark.parametrize("state", due.UNDER_WAY)
def test_not_while_a_mailing_is_under_way(
    database: Database, people: People, submitted: Snapshot, state: MailingState
) -> None:
    with database.writing() as session:
        session.get_one(Snapshot, submitted.id).mailing.state = state
    assert erase(database) == 0
    with database.reading() as session:
        (found,) = due.coming(session, session.get_one(Office, people.author.office.id), LATER)
        assert found.obstacles == ("確認・決裁・送信の途中のメール案件が1件あります。",)


def test_not_while_a_mail_is_uncertain_and_nobody_has_decided(
    database: Database, people: People, approved: Snapshot, relay: Relay
) -> None:
    with database.writing() as session:
        (lost,) = hands.claim(session, approved.id, "lost", 1)
        hands.hand_over(session, lost, "lost")
    with time_machine.travel(clock.now() + timedelta(hours=1)), database.writing() as session:
        ledger.reclaim_lapsed(session)
    sending.run(database, relay, approved.id)
    assert erase(database) == 0
    with database.writing() as session:
        decisions.decide(session, people.approver, lost, Verdict.ARRIVED)
    assert erase(database) == 1


MONTHS = {"none": 0, "more than ten years": 121, "no number": "12"}


@pytest.mark.parametrize("months", MONTHS.values(), ids=MONTHS)
def test_the_period_has_bounds(database: Database, people: People, months: object) -> None:
    place = RETENTION.at(people.manager.office.id)
    with database.writing() as session, pytest.raises(UserError, match="120か月まで"):
        proposals.propose(session, people.manager, place, months, "短くする")


def test_the_period_is_changed_by_two_people(database: Database, people: People) -> None:
    place = RETENTION.at(people.manager.office.id)
    with database.writing() as session:
        made = proposals.propose(session, people.manager, place, 6, "規程が変わったため")
        assert place.now(session) == 12
        proposals.confirm(session, people.approver, made, made.digest)
        assert place.now(session) == 6
