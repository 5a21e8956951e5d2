"""Statements against what was sent: attempts, records, erasures, alerts, and whom it reached."""

from __future__ import annotations

from collections.abc import Callable

from eventmail.tables import metadata
from tests.attacks.arena import Also, Attack, Barrier, Family
from tests.attacks.direct_sql import Statements, _empties, _guards_of, attacks
from tests.attacks.direct_sql_guards import BY_GUARD
from tests.attacks.direct_sql_mails import (
    ALERT,
    ARRIVED,
    ATTEMPT,
    BACK,
    BATCH,
    ELSEWHERE,
    ERASURE,
    MAIL_BACK,
    OVER,
    REACHED,
    RECORD,
    STOPPED,
)
from tests.attacks.direct_sql_rows import (
    DELIVERY,
    DISPATCH,
    LET_GO,
    MAILBOX,
    OFFICE,
)
from tests.attacks.direct_sql_settings import ALLOWED, FORBIDDEN
from tests.attacks.direct_sql_settings import MAILBOX as TOLD
from tests.attacks.lowering import without_constraint, without_guard
from tests.attacks.world import World

guard, constraint = without_guard, without_constraint
UNAPPROVED = guard("dispatches", "unapproved")
SIZE = constraint("offices", "ck_offices_batch_size")
OTHERS: Statements = {
    "a sending struck off": (
        "approved",
        ("DELETE FROM dispatches",),
        guard("dispatches", "delete"),
        (constraint("deliveries", "fk_deliveries_dispatch"),),
    ),
    "a batch sent after the office took its leave back": (
        "submitted",
        (*ALLOWED, BATCH, *FORBIDDEN, DISPATCH.replace("{snapshot}", "99")),
        guard("dispatches", "batch_not_allowed"),
        (UNAPPROVED,),
    ),
    "a batch of nobody at once": (
        "meeting",
        ("UPDATE offices SET batch_size = 0",),
        SIZE,
        (guard("offices", "batches"),),
    ),
    "a batch of more than a relay must take": (
        "meeting",
        ("UPDATE offices SET batch_size = 101",),
        SIZE,
        (guard("offices", "batches"),),
    ),
    "another event's company among the recipients": (
        "submitted",
        ELSEWHERE,
        constraint("snapshot_recipients", "fk_snapshot_recipients_contact"),
        (),
    ),
    "a record of more mails that showed somebody than were sent": (
        "approved",
        (OVER, RECORD.replace("30, 1, 0", "30, 31, 0")),
        constraint("exposure_records", "ck_exposure_records_counts"),
        (),
    ),
    "an alert seen by nobody": (
        "meeting",
        (ALERT, "UPDATE alerts SET seen_at = {now}"),
        constraint("alerts", "ck_alerts_seen"),
        (),
    ),
    "an alert to another office's mailbox": (
        "meeting",
        (OFFICE, TOLD, MAILBOX, ALERT.replace("1, 'queued'", "77, 'queued'")),
        constraint("alerts", "fk_alerts_mailbox"),
        (),
    ),
}
STATEMENTS: Statements = {
    name: (level, statements, guard(table, rule), ())
    for (table, rule), found in BY_GUARD.items()
    for name, (level, statements) in found.items()
} | OTHERS

# table: (what is in it before, the tables that PostgreSQL's TRUNCATE … CASCADE empties as well)
# Whatever hangs on an alert by way of the incident that was opened for it.
INCIDENTS = tuple(each for each in metadata.tables if each.startswith("incident"))
EMPTIED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mailing_reached": ((REACHED,), ()),
    "exposure_records": ((OVER, RECORD), ()),
    "erasures": ((STOPPED, OVER, ERASURE), ()),
    "attempts": ((LET_GO, ATTEMPT), ()),
    "decisions": ((ARRIVED,), ()),
    "alerts": ((ALERT,), INCIDENTS),
    "deliveries": ((), ("attempts", "decisions", "bounces")),
    "bounces": ((MAIL_BACK, BACK), ()),
    "bounce_mails": ((MAIL_BACK,), ("bounces",)),
    "dispatches": ((), ("deliveries", "attempts", "decisions", "bounces", "exposure_records")),
}


def _prepared(before: tuple[str, ...], strike: Callable[[World], bool]) -> Callable[[World], bool]:
    def struck(world: World) -> bool:
        world.run(*before)
        return strike(world)

    return struck


def _replaces(before: tuple[str, ...], sqlite: str, postgresql: str) -> Callable[[World], bool]:
    """One row takes another's place, from a program that lets no delete trigger fire for it."""

    def strike(world: World) -> bool:
        world.run(*before)
        statement = sqlite if world.database.is_sqlite else postgresql
        engine = world.database.engine.execution_options(eventmail_writes=True)
        with engine.begin() as connection:
            if world.database.is_sqlite:
                connection.exec_driver_sql("PRAGMA recursive_triggers=OFF")
            return connection.exec_driver_sql(statement.format(**world.ids)).rowcount > 0

    return strike


COPY = (
    DELIVERY.replace("FALSE", "TRUE")
    .replace("{participant}", "NULL")
    .replace("{contact}", "NULL")
    .replace("'queued'", "'accepted'")
)
CALM = ALERT.replace("止めました。", "異常はありません。")
REPLACED = {
    "another alert in its place": (
        "alerts",
        _replaces(
            (ALERT,),
            CALM.replace("INSERT", "INSERT OR REPLACE"),
            CALM + " ON CONFLICT (id) DO UPDATE SET sentence = EXCLUDED.sentence",
        ),
    ),
    "another copy in place of the office's": (
        "deliveries",
        _replaces(
            (),
            COPY.replace("INSERT", "INSERT OR REPLACE"),
            COPY + " ON CONFLICT (snapshot_id) WHERE first_copy DO UPDATE SET state = 'accepted'",
        ),
    ),
    "one delivery in place of another": (
        "deliveries",
        _replaces(
            (),
            "UPDATE OR REPLACE deliveries SET id = (SELECT id FROM deliveries WHERE contact_id = "
            "{other_contact}) WHERE contact_id = {contact}",
            "UPDATE deliveries SET id = id + 9000 WHERE contact_id = {contact}",
        ),
    ),
}

ATTACKS = (
    *attacks(STATEMENTS),
    *(
        Attack(
            Family.SQL,
            Barrier.SCHEMA,
            f"empty or replace all of {table}",
            _prepared(before, _empties(table)),
            _guards_of(table),
            tuple(Also(Barrier.SCHEMA, _guards_of(each)) for each in hanging),
            level="approved",
        )
        for table, (before, hanging) in EMPTIED.items()
    ),
    *(
        Attack(Family.SQL, Barrier.SCHEMA, name, strike, _guards_of(table), level="approved")
        for name, (table, strike) in REPLACED.items()
    ),
)
