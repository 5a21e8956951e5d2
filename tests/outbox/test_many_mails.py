"""What years of mails need of PostgreSQL: numbers beyond 32 bits, plans that are made once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database, plan_once
from eventmail.mailings import service as mailings
from eventmail.outbox import listing, sending, statements
from eventmail.outbox import service as outbox
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.mailings.journey import approve, check, submit
from tests.recorder import Recorder

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
BEYOND = 2**31  # the first number that 32 bits do not hold
BY_IDS = {"ids": [1, 2, 3]}
SENDING = {"snapshot": 1}
CLAIMING = {
    **SENDING,
    **{"first": False, "open": DeliveryState.QUEUED, "most": 20, "worker": "w"},
    **{"now": clock.now(), "until": clock.now()},
}
# Every statement of a turn that looks for rows, with something to ask.
TURN: Mapping[str, Mapping[str, object]] = {
    "STANDING_LOCKED": SENDING,
    "CLAIM": CLAIMING,
    "HELD": {"worker": "w"},
    "LEAVE": {"going": [1, 2, 3], "until": clock.now()},
    **dict.fromkeys(("LOCK", "ANSWERABLE", "RECIPIENTS", "WELCOME"), BY_IDS),
    **dict.fromkeys(("ASKED_TO_STOP", "NOT_CALLED"), BY_IDS),
}
KEPT = {"plan_cache_mode=force_generic_plan", "enable_seqscan=off"}
GROWING = ("deliveries", "attempts", "decisions", "contacts", "participants", "suppressions")
PREPARED = (
    "SELECT name, cardinality(parameter_types), generic_plans, custom_plans "
    "FROM pg_prepared_statements WHERE statement LIKE '%deliveries%' "
    "OR statement LIKE '%attempts%' OR statement LIKE '%dispatches%'"
)


def test_a_mailing_beyond_32_bits_is_sent_like_any_other(
    database: Database, people: People, meeting: Meeting, relay: Relay, recorder: Recorder
) -> None:
    with database.writing() as session:
        for table in ("deliveries", "attempts"):
            session.execute(sa.text(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {BEYOND - 3}"))
    snapshot = submit(database, people, meeting.mailing.id)
    check(database, people, meeting.mailing.id)
    approve(database, people, meeting.mailing.id)
    sending.run(database, relay, snapshot.id)
    with database.reading() as session:
        lines = list(listing.every(session, snapshot))
        tried = session.scalars(sa.select(sa.func.max(Attempt.delivery_id))).one()
        highest = session.scalars(sa.select(sa.func.max(Delivery.id))).one()
        assert session.scalars(sa.select(sa.func.max(Attempt.id))).one() > BEYOND
    assert {each.state for each in lines} == {DeliveryState.ACCEPTED}
    assert len(recorder.received) == len(lines) + 1, "and the office's copy"
    assert tried == highest > BEYOND


def test_every_guard_that_asks_is_planned_once(database: Database) -> None:
    query = sa.text(
        r"SELECT proname, proconfig FROM pg_proc WHERE proname LIKE 'guard\_%' "
        "AND prosrc LIKE '%SELECT%'"
    )
    with database.reading() as session:
        found = {name: chosen for name, chosen in session.execute(query)}
    assert "guard_attempts_suppressed" in found
    assert {name for name, chosen in found.items() if set(chosen or ()) != KEPT} == set()


def test_no_guard_reads_a_table_for_each_row_of_an_approval(
    database: Database, people: People, meeting: Meeting
) -> None:
    """Also not the first approval of all, whose plans are made while there is no mail."""
    waiting = submit(database, people, meeting.mailing.id)
    check(database, people, meeting.mailing.id)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
        alone.execute(sa.text("VACUUM (ANALYZE) deliveries"))  # it is known to be empty
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, meeting.mailing.id, lock=True)
        outbox.start(session, mailings.approve(session, people.approver, mailing, waiting.digest))
        scans = sa.text("SELECT pg_stat_get_xact_numscans('deliveries'::regclass)")
        assert session.scalars(scans).one() < len(waiting.recipients)


def _ask(database: Database, name: str, times: int) -> None:
    for _ in range(times):
        with database.writing() as session:
            plan_once(session)
            session.connection().execute(getattr(statements, name), dict(TURN[name]))
        with database.reading() as session:  # what a page does in between
            session.execute(sa.text("SELECT 1"))


def test_the_plans_of_a_turn_are_kept(database: Database) -> None:
    """psycopg has prepared what it is asked for the sixth time, and no look makes it forget."""
    _ask(database, "WELCOME", 12)
    with database.reading() as session:
        ((_, _, generic, custom),) = session.execute(sa.text(PREPARED)).all()
    assert (generic, custom) == (7, 0)


@pytest.mark.parametrize("name", TURN)
def test_a_kept_plan_finds_its_rows_by_an_index(database: Database, name: str) -> None:
    """It fits whatever is asked, also among the mails of ten years."""
    _ask(database, name, 6)
    with database.writing() as session:
        plan_once(session)
        ((prepared, count, _, _),) = session.execute(sa.text(PREPARED)).all()
        asked = f"EXPLAIN EXECUTE {prepared} ({', '.join(['NULL'] * count)})"
        plan = list(session.connection().exec_driver_sql(asked).scalars())
    assert plan
    assert [line for line in plan for table in GROWING if f"Seq Scan on {table}" in line] == []
