"""What a worker asks again and again reads an index, never all mails of all years (SQLite).

And however PostgreSQL plans a claim, it takes no more than was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from eventmail import clock
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import ledger, statements
from eventmail.outbox.models import DeliveryState
from tests.conftest import Templates, opened
from tests.outbox import hands


@pytest.fixture
def embedded(templates: Templates) -> Iterator[Database]:
    found = opened(templates.copy("sqlite", "approved"))
    yield found
    found.dispose()


def plan(database: Database, query: sa.Select[int]) -> str:
    text = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with database.reading() as session:
        rows = session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}".replace(":", "\\:")))
        return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("state", ledger.OPEN)
def test_the_next_mails_are_read_in_the_order_of_the_index(
    embedded: Database, state: DeliveryState
) -> None:
    after, last = ledger.BEGINNING
    values = {"snapshot": 1, "open": state, "first": False, "now": clock.now(), "most": 19}
    found = plan(embedded, statements.DUE.params(values, after=after, last=last))
    assert "ix_deliveries_due" in found
    assert "TEMP B-TREE" not in found, "100,000 waiting mails are not sorted for twenty"


def test_what_is_on_its_way_is_found_among_all_attempts(embedded: Database) -> None:
    assert "ix_attempts_open" in plan(embedded, ledger._open_attempts())


@pytest.mark.parametrize("name", ["LEAVE", "LOCK", "ANSWERABLE", "RECIPIENTS"])
def test_the_mails_of_a_turn_are_found_by_their_numbers(embedded: Database, name: str) -> None:
    query = str(getattr(statements, name).compile(dialect=sqlite.dialect()))
    values = ("[1, 2]",) * query.count("?")
    with embedded.reading() as session:
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
        steps = [row[-1] for row in rows]
    assert steps[0].startswith("SEARCH"), steps


@pytest.fixture
def served(templates: Templates) -> Iterator[Database]:
    found = opened(templates.lend("postgresql", "approved"))
    yield found
    found.dispose()
    templates.drop(found)


def test_no_plan_makes_a_claim_take_more_than_it_asks_for(served: Database) -> None:
    """A subselect looked up again for each row skips what is taken already, and takes the next."""
    with served.writing() as session:
        (snapshot_id,) = session.scalars(sa.select(Snapshot.id))
        hands.let_go(session, snapshot_id)
        for kind in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
            session.execute(sa.text(f"SET LOCAL enable_{kind} = off"))
        assert len(ledger.claim(session, snapshot_id, "worker", 2, first_copy=False)) == 2
