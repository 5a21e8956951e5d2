"""The list of 100,000 mails: each page is a few rows, found by an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import estimate, listing, service
from eventmail.outbox.listing import Wanted
from eventmail.outbox.models import Delivery, DeliveryState

S = DeliveryState


def put(database: Database, snapshot: Snapshot, *states: S) -> None:
    """The first mails of the roster get these states."""
    with database.writing() as session:
        lines = list(listing.every(session, snapshot))
        for line, state in zip(lines, states, strict=False):
            session.get_one(Delivery, line.delivery_id).state = state


def page(database: Database, snapshot: Snapshot, wanted: Wanted) -> listing.Listed:
    with database.reading() as session:
        progress = service.progress(session, snapshot)
        return listing.page_of(session, snapshot, progress, wanted)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 7)
    monkeypatch.setattr(listing, "PRESSING", 6)


@pytest.mark.usefixtures("small_pages")
def test_the_pages_together_are_the_roster_in_its_order(
    database: Database, approved: Snapshot
) -> None:
    found = [page(database, approved, Wanted(page=number)) for number in (1, 2, 3, 4, 5)]
    positions = [line.position for each in found for line in each.lines]
    assert positions == list(range(1, 31))
    assert {each.pages for each in found} == {5}
    assert page(database, approved, Wanted(page=99)).page == 5


@pytest.mark.usefixtures("small_pages")
def test_the_mails_of_one_state_come_page_by_page_too(
    database: Database, approved: Snapshot
) -> None:
    put(database, approved, *[S.ACCEPTED] * 10)
    found = [page(database, approved, Wanted(S.ACCEPTED, page=number)) for number in (1, 2)]
    assert [len(each.lines) for each in found] == [7, 3]
    assert {line.state for each in found for line in each.lines} == {S.ACCEPTED}
    assert found[0].total == 10


@pytest.mark.usefixtures("small_pages")
def test_a_search_counts_what_it_finds_and_keeps_to_the_state(
    database: Database, approved: Snapshot
) -> None:
    put(database, approved, *[S.REFUSED] * 2)
    everything = page(database, approved, Wanted(text="@", page=2))
    assert (everything.total, everything.page, len(everything.lines)) == (30, 2, 7)
    assert page(database, approved, Wanted(S.REFUSED, "@")).total == 2
    assert page(database, approved, Wanted(text="%")).total == 0, "no sign has a meaning of its own"


@pytest.mark.usefixtures("small_pages")
def test_what_needs_a_person_is_found_with_the_open_fates_first(
    database: Database, approved: Snapshot
) -> None:
    put(database, approved, *[S.REFUSED] * 5, *[S.UNCERTAIN] * 4)
    with database.reading() as session:
        progress = service.progress(session, approved)
        found = listing.needing(session, approved, progress)
    assert [line.state for line in found] == [S.UNCERTAIN] * 4 + [S.REFUSED] * 2
    assert all(line.may_go_again for line in found)


def test_the_offices_copy_is_in_no_number_and_in_no_list(
    database: Database, approved: Snapshot
) -> None:
    with database.writing() as session:
        service.first_copy(session, approved.id).state = S.ACCEPTED
    with database.reading() as session:
        progress = service.progress(session, approved)
        assert progress.counts == {S.QUEUED: 30}
        assert progress.first_copy.state is S.ACCEPTED
        copy = progress.first_copy.id
        assert listing.by_ids(session, approved, [copy]) == []
    assert page(database, approved, Wanted(S.ACCEPTED)).lines == []


def test_a_mail_of_another_sending_is_not_in_the_list(
    database: Database, approved: Snapshot
) -> None:
    with database.reading() as session:
        (line, *_) = listing.every(session, approved)
        other = Snapshot(id=approved.id + 1)
        assert listing.by_ids(session, other, [line.delivery_id]) == []


@contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, object]]]:
    """Every SELECT that the session runs, with its parameters."""
    seen: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, text: str, parameters: object, *_: object) -> None:
        if text.startswith("SELECT"):
            seen.append((text, parameters))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


LOOKS = {
    "the first page": Wanted(),
    "a late page": Wanted(page=3),
    "one state": Wanted(S.ACCEPTED),
    "a state that waits for a person": Wanted(S.UNCERTAIN),
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_at_the_page_reads_the_whole_table(
    database: Database, approved: Snapshot, look: str
) -> None:
    if not database.is_sqlite:
        assert database.engine.dialect.name == "postgresql"  # plans by statistics, of 30 rows here
        return
    put(database, approved, S.UNCERTAIN, S.REFUSED, S.ACCEPTED)
    with database.reading() as session, statements(session) as seen:
        progress = service.progress(session, approved)
        listing.page_of(session, approved, progress, LOOKS[look])
        listing.needing(session, approved, progress)
        estimate.ends_at(session, approved.id, progress)
        estimate.next_try_at(session, approved.id, progress)
        asked = list(seen)
        plans = [
            step
            for text, parameters in asked
            for *_, step in session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {text}", parameters
            )
        ]
    assert len(asked) > 5
    for table in ("deliveries", "snapshot_recipients", "decisions", "contacts"):
        assert not [step for step in plans if step.startswith(f"SCAN {table}")], plans
    # The newest attempts come by their number, at most so many; nothing is sorted to find a page.
    assert all("USE TEMP B-TREE FOR ORDER BY" not in step for step in plans), plans
