"""Statements that no service would write, run with the database's own rights on both databases.

Each row: from which level, the statements, and what refuses the last of them: a guard (trigger),
a constraint or an index. The statements before the last one only prepare, and are ordinary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import drop_guards, without_constraint, without_guard
from tests.attacks.world import World

WRITTEN_ONCE = {
    "rewrite the frozen letter": ("snapshots", "UPDATE snapshots SET body = 'x'"),
    "rewrite the frozen count": ("snapshots", "UPDATE snapshots SET recipient_count = 1"),
    "rewrite the frozen sender": (
        "snapshots",
        "UPDATE snapshots SET sender_address = 'x@y.jp'",
    ),
    "name another submitter": ("snapshots", "UPDATE snapshots SET submitted_by = {checker}"),
    "write another address into a snapshot": (
        "snapshot_recipients",
        "UPDATE snapshot_recipients SET address = '{other_address}' WHERE contact_id = {contact}",
    ),
    "write two addresses into a snapshot": (
        "snapshot_recipients",
        "UPDATE snapshot_recipients SET address = address || ',x@y.example'",
    ),
    "take a recipient out of a snapshot": (
        "snapshot_recipients",
        "DELETE FROM snapshot_recipients",
    ),
    "rename a frozen file": ("snapshot_materials", "UPDATE snapshot_materials SET filename = 'x'"),
    "take a file out of a snapshot": ("snapshot_materials", "DELETE FROM snapshot_materials"),
    "rewrite who reviewed": ("reviews", "UPDATE reviews SET staff_id = {author}"),
    "turn a return into a yes": ("reviews", "UPDATE reviews SET decision = 'passed'"),
    "strike a review off": ("reviews", "DELETE FROM reviews"),
    "rewrite what the checker counted": ("check_steps", "UPDATE check_steps SET counted = 1"),
    "strike a checker's step off": ("check_steps", "DELETE FROM check_steps"),
    "rewrite the audit": ("audit_entries", "UPDATE audit_entries SET staff_id = NULL"),
    "strike the author off": ("mailing_editors", "DELETE FROM mailing_editors"),
    "rewrite a proposal": ("proposals", "UPDATE proposals SET after = 'x'"),
    "name another who confirmed": (
        "proposal_decisions",
        "UPDATE proposal_decisions SET staff_id = {checker}",
    ),
    "strike a confirmation off": ("proposal_decisions", "DELETE FROM proposal_decisions"),
    "rewrite what was changed": ("setting_changes", "UPDATE setting_changes SET after = 'x'"),
    "strike a change off": ("setting_changes", "DELETE FROM setting_changes"),
    "name another author": ("mailing_editors", "UPDATE mailing_editors SET staff_id = {checker}"),
}
EMPTIED = {
    "check_steps": "checked",
    "reviews": "checked",
    "audit_entries": "checked",
    "audit_links": "checked",
    "mailing_editors": "checked",
    "snapshot_materials": "submitted",
    "snapshot_recipients": "submitted",
    "memberships": "meeting",
    "setting_changes": "meeting",
}

# TRUNCATE … CASCADE empties these as well, and each has a guard of its own.
HANGING = {
    "audit_entries": ("audit_links",),
    "snapshot_recipients": ("mailing_reached", "deliveries", "attempts", "decisions", "bounces"),
    "setting_changes": ("setting_looks",),
}

REVIEW = (
    "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, at) "
    "VALUES ({snapshot}, '{digest}', 'STEP', 'DECISION', WHO, 'r', {now})"
)


def review(step: str, who: str, *, decision: str = "passed", digest: str = "{digest}") -> str:
    """A row of the reviews."""
    text = REVIEW.replace("STEP", step).replace("DECISION", decision).replace("WHO", who)
    return text.replace("{digest}", digest)


guard, constraint = without_guard, without_constraint
NO_ROLE = guard("reviews", "no_role")
REPLACED = guard("reviews", "replaced")
UNSEEN = guard("reviews", "unseen")

# name: (level, statements, what refuses the last, what else stands behind it)
Statements = dict[str, tuple[str, tuple[str, ...], Lowering, tuple[Lowering, ...]]]
STATEMENTS: Statements = {
    # reviews
    "the author checks": (
        "submitted",
        (review("check", "{author}"),),
        guard("reviews", "own_mailing"),
        (NO_ROLE, UNSEEN),
    ),
    "the author approves": (
        "checked",
        (review("approve", "{author}"),),
        guard("reviews", "own_mailing"),
        (NO_ROLE,),
    ),
    "the checker approves": (
        "checked",
        (review("approve", "{checker}"),),
        constraint("reviews", "uq_reviews_snapshot_id_staff_id"),
        (NO_ROLE, REPLACED),
    ),
    "a check of what nobody looked at": (
        "submitted",
        (review("check", "{checker}"),),
        UNSEEN,
        (),
    ),
    "a return without a reason": (
        "submitted",
        (review("check", "{checker}", decision="returned").replace("'r'", "' '"),),
        guard("reviews", "unreasoned"),
        (),
    ),
    "a rejection by the checker": (
        "submitted",
        (review("check", "{checker}", decision="rejected"),),
        guard("reviews", "rejected_by_checker"),
        (),
    ),
    "a mailing rejected by nobody": (
        "checked",
        ("UPDATE mailings SET state = 'rejected'",),
        guard("mailings", "not_rejected"),
        (),
    ),
    "a deputy whom nobody named": (
        "checked",
        (
            review("approve", "{checker}")
            .replace("reason, at)", "reason, deputy_id, at)")
            .replace("'r', ", "'r', NULL, "),
        ),
        NO_ROLE,
        (constraint("reviews", "uq_reviews_snapshot_id_staff_id"), REPLACED),
    ),
    "an approval before the check": (
        "submitted",
        (review("approve", "{approver}"),),
        guard("reviews", "unchecked"),
        (),
    ),
    "an approval after a return": (
        "submitted",
        (review("check", "{checker}", decision="returned"), review("approve", "{approver}")),
        guard("reviews", "unchecked"),
        (),
    ),
    "a review of another digest": (
        "submitted",
        (review("check", "{checker}", digest="0" * 64),),
        constraint("reviews", "fk_reviews_snapshot"),
        (UNSEEN,),
    ),
    "a review of a snapshot that is not there": (
        "submitted",
        (review("check", "{checker}").replace("{snapshot}", "999"),),
        constraint("reviews", "fk_reviews_snapshot"),
        (NO_ROLE, UNSEEN),
    ),
    "a step decided twice": (
        "checked",
        (review("check", "{approver}"),),
        constraint("reviews", "uq_reviews_snapshot_id_step"),
        (NO_ROLE, REPLACED, UNSEEN),
    ),
    "a review by nobody": (
        "submitted",
        (review("check", "999"),),
        constraint("reviews", "fk_reviews_staff_id"),
        (guard("reviews", "stranger_insert"), NO_ROLE, UNSEEN),
    ),
    "an invented decision": (
        "submitted",
        (review("check", "{checker}", decision="waived"),),
        constraint("reviews", "ck_reviews_decision"),
        (),
    ),
    "an invented step": (
        "submitted",
        (review("glance", "{checker}"),),
        constraint("reviews", "ck_reviews_step"),
        (NO_ROLE,),
    ),
    "an invented role": (
        "submitted",
        ("INSERT INTO memberships VALUES ({author}, {office}, 'admin')",),
        constraint("memberships", "ck_memberships_role"),
        (guard("memberships", "given"),),
    ),
}


# Emptied with it by CASCADE.
HANGING_ON = {
    "audit_entries": ("audit_links",),
    "deliveries": ("attempts",),
    "snapshot_recipients": ("deliveries", "attempts", "mailing_reached"),
}


def _runs(statements: tuple[str, ...]) -> Callable[[World], bool]:
    """Whether the last statement changed a row for good."""

    def strike(world: World) -> bool:
        touched = world.run(*statements)
        assert all(touched[:-1]), "a preparing statement finds its rows"
        return touched[-1] > 0

    return strike


def _empties(table: str) -> Callable[[World], bool]:
    """All rows at once: TRUNCATE on PostgreSQL, and SQLite's own way around a trigger."""

    def strike(world: World) -> bool:
        if world.database.is_sqlite:
            return world.run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")[0] > 0
        before = world.value(f"SELECT count(*) FROM {table}")
        world.run(f"TRUNCATE {table} CASCADE")
        return bool(before) and world.value(f"SELECT count(*) FROM {table}") == 0

    return strike


def _guards_of(table: str) -> Lowering:
    @contextmanager
    def lowered(world: World) -> Iterator[None]:
        drop_guards(world, table, *HANGING_ON.get(table, ()))
        yield

    return lowered


def attacks(statements: Statements) -> list[Attack]:
    """The attacks of such a table."""
    return [
        Attack(
            Family.SQL,
            Barrier.SCHEMA,
            name,
            _runs(run),
            refusing,
            tuple(Also(Barrier.SCHEMA, each) for each in behind),
            level=level,
            leaves_nothing=True,
        )
        for name, (level, run, refusing, behind) in statements.items()
    ]


ATTACKS = (
    *(
        Attack(
            Family.SQL,
            Barrier.SCHEMA,
            name,
            _runs((statement,)),
            without_guard(table, statement.split()[0].lower()),
            level="checked",
            leaves_nothing=True,
        )
        for name, (table, statement) in WRITTEN_ONCE.items()
    ),
    *(
        Attack(
            Family.SQL,
            Barrier.SCHEMA,
            f"empty or replace all of {table}",
            _empties(table),
            _guards_of(table),
            tuple(Also(Barrier.SCHEMA, _guards_of(each)) for each in HANGING.get(table, ())),
            level=level,
            leaves_nothing=True,
        )
        for table, level in EMPTIED.items()
    ),
    *attacks(STATEMENTS),
)
