"""What years of mails need of PostgreSQL: numbers beyond 32 bits, plans that are made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventmail import clock
from eventmail.database import Database, plan_once
from eventmail.outbox import ledger, listing, sending, statements
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.sample import People
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.mailings.journey import approve, check, submit
from tests.pages import Pages
from tests.recorder import Recorder

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
BEYOND = 2**31  # the first number that 32 bits do not hold
BY_IDS = {"ids": [1, 2, 3]}
SENDING = {"snapshot": 1}
CLAIMING = {
    **SENDING,
    **{"first": False, "open": DeliveryState.QUEUED, "most": 20, "worker": "w"},
    **{"now": clock.now(), "until": clock.now()},
    **dict(zip(("after", "last"), ledger.BEGINNING, strict=True)),
}
# Every statement of a turn that looks for rows, with something to ask.
TURN: Mapping[str, Mapping[str, object]] = {
    "STANDING_LOCKED": SENDING,
    "CLAIM": CLAIMING,
    "HELD": {"worker": "w", **BY_IDS},
    "LEAVE": {"going": [1, 2, 3], "until": clock.now()},
    **dict.fromkeys(("LOCK", "ANSWERABLE", "RECIPIENTS", "WELCOME"), BY_IDS),
    **dict.fromkeys(("ASKED_TO_STOP", "NOT_CALLED"), BY_IDS),
}
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


def test_its_pages_open_like_any_others(
    database: Database,
    people: People,
    meeting: Meeting,
    relay: Relay,
    sign_in: Callable[[str], Pages],
) -> None:
    with database.writing() as session:
        session.execute(sa.text(f"ALTER SEQUENCE deliveries_id_seq RESTART WITH {3 * BEYOND}"))
    snapshot = submit(database, people, meeting.mailing.id)
    check(database, people, meeting.mailing.id)
    approve(database, people, meeting.mailing.id)
    sending.run(database, relay, snapshot.id)
    with database.reading() as session:
        line, *_ = listing.every(session, snapshot)
    author, number = sign_in("author"), line.delivery_id
    sending_ = f"/mailings/{meeting.mailing.id}"
    assert number > BEYOND
    assert line.company in author.get(f"/deliveries/{number}").text
    links = {each.attributes.get("href") for each in author.get(f"{sending_}/progress").all("a")}
    assert f"/deliveries/{number}" in links
    live = author.raw(f"{sending_}/progress.json?rows={number}").json
    assert list(live["rows"]) == [str(number)]
    form = {"delivery": number}
    told = author.post(f"{sending_}/send-again?revision=1", form, status=409).text
    assert "選んだメールは、もう結果が決まっています。" in told
    author.get(f"/deliveries/{2**63}", status=404)


def test_at_its_start_postgresql_knows_of_a_roster_that_it_never_looked_at(
    database: Database, people: People, meeting: Meeting
) -> None:
    """As after a restored backup: else it takes a million contacts for a handful."""
    known = sa.text("SELECT reltuples FROM pg_class WHERE oid = 'contacts'::regclass")
    submit(database, people, meeting.mailing.id)
    check(database, people, meeting.mailing.id)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE contacts SET (autovacuum_enabled = off)")
        connection.exec_driver_sql(
            "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = 'contacts'::regclass"
        )
    approve(database, people, meeting.mailing.id)
    with database.reading() as session:
        assert session.execute(known).scalar_one() == 30


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


# What INSERT OR REPLACE is in PostgreSQL's words, for tables without a guard against it.
UPSERTS = {
    "a recipient": (
        "INSERT INTO snapshot_recipients SELECT * FROM snapshot_recipients LIMIT 1 "
        "ON CONFLICT (snapshot_id, contact_id) DO UPDATE SET company = '別の会社'"
    ),
    "a mail": (
        "INSERT INTO deliveries SELECT * FROM deliveries WHERE NOT first_copy LIMIT 1 "
        "ON CONFLICT (id) DO UPDATE SET token = 'another'"
    ),
    "an attempt": (
        "INSERT INTO attempts SELECT * FROM attempts LIMIT 1 "
        "ON CONFLICT (delivery_id, number) DO UPDATE SET digest = 'another'"
    ),
}
# Guards that refuse these rows before it comes to their keys.
BESIDE = (
    ("snapshot_recipients", "reviewed"),
    ("snapshot_recipients", "reached"),
    ("attempts", "beside_another"),
    ("attempts", "not_now"),
)


@pytest.mark.parametrize("name", UPSERTS)
def test_no_row_takes_the_place_of_another(
    database: Database, people: People, meeting: Meeting, relay: Relay, name: str
) -> None:
    snapshot = submit(database, people, meeting.mailing.id)
    check(database, people, meeting.mailing.id)
    approve(database, people, meeting.mailing.id)
    sending.run(database, relay, snapshot.id)
    with database.engine.connect() as connection:
        for table, guard in BESIDE:
            lowered = f"ALTER TABLE {table} DISABLE TRIGGER guard_{table}_{guard}"
            connection.exec_driver_sql(lowered)
        with pytest.raises(IntegrityError, match=r"guard .* (update|readdressed|rewritten)"):
            connection.exec_driver_sql(UPSERTS[name])
