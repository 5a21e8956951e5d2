"""Statements that no service would write, run with the database's own rights on both databases.

Each row: from which level, the statements, and what refuses the last of them: a guard (trigger),
a constraint or an index. The statements before the last one only prepare, and are ordinary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import drop_guards, without_constraint, without_guard, without_index
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
    "rewrite the audit": ("audit_entries", "UPDATE audit_entries SET staff_id = NULL"),
    "strike the audit off": ("audit_entries", "DELETE FROM audit_entries"),
    "strike the author off": ("mailing_editors", "DELETE FROM mailing_editors"),
    "name another author": ("mailing_editors", "UPDATE mailing_editors SET staff_id = {checker}"),
}
EMPTIED = {
    "reviews": "checked",
    "audit_entries": "checked",
    "mailing_editors": "checked",
    "snapshot_materials": "submitted",
    "snapshot_recipients": "submitted",
}

REVIEW = (
    "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, at) "
    "VALUES ({snapshot}, '{digest}', 'STEP', 'DECISION', WHO, '', {now})"
)
DISPATCH = (
    "INSERT INTO dispatches (snapshot_id, office_id, event_id, created_at, notice) "
    "VALUES ({snapshot}, {office}, {event}, {now}, '')"
)
DELIVERY = (
    "INSERT INTO deliveries (office_id, event_id, snapshot_id, participant_id, contact_id, "
    "first_copy, state, due_at, attempts, token, reply) VALUES ({office}, {event}, {snapshot}, "
    "{participant}, {contact}, FALSE, 'queued', {now}, 0, 'another token', '')"
)
RECIPIENT = (
    "INSERT INTO snapshot_recipients SELECT {snapshot}, CONTACT, office_id, event_id, "
    "participant_id, 999, company, department, title, name, ADDRESS, ADDRESS "
    "FROM snapshot_recipients WHERE contact_id = {contact}"
)
CONTACT = (
    "INSERT INTO contacts (id, office_id, event_id, participant_id, department, title, name, "
    "phone, address, address_key, active, import_id, source_row, row_digest) SELECT 9001, "
    "office_id, event_id, participant_id, '', '', '', '', ADDRESS, ADDRESS, ACTIVE, import_id, "
    "99, row_digest FROM contacts WHERE id = {contact}"
)
OFFICE = "INSERT INTO offices (id, bureau_id, name) VALUES (77, 1, '別の所')"
MAILBOX = (
    "INSERT INTO mailboxes (id, office_id, name, address) "
    "VALUES (77, 77, '別', 'other@office.example')"
)
EVENT = (
    "INSERT INTO events (id, office_id, name, held_on, hours, place, sender_id, reply_to_id, "
    "created_by, created_at) SELECT 77, office_id, name, held_on, hours, place, sender_id, "
    "reply_to_id, created_by, created_at FROM events WHERE id = {event}"
)
MATERIAL = (
    "INSERT INTO materials (id, office_id, event_id, filename, removed) "
    "VALUES (77, {office}, 77, 'x.pdf', FALSE)"
)
ATTACHED = (
    "INSERT INTO mailing_materials (office_id, event_id, mailing_id, material_id) "
    "VALUES ({office}, {event}, {mailing}, 77)"
)
FILE = (
    "INSERT INTO snapshot_materials (snapshot_id, position, office_id, event_id, filename, "
    "media_type, size, sha256) SELECT snapshot_id, 99, office_id, event_id, 'x.pdf', media_type, "
    "size, SHA FROM snapshot_materials WHERE position = 1"
)
EMPTY = (
    "INSERT INTO snapshots SELECT 99, office_id, event_id, mailing_id, 99, 'x', purpose, mode, "
    "sender_name, sender_address, reply_to, subject, body, event_name, event_date, event_hours, "
    "event_place, 0, submitted_by, submitted_at FROM snapshots WHERE id = {snapshot}"
)
OF_ONE = EMPTY.replace("place, 0,", "place, 1,")


def review(step: str, who: str, *, decision: str = "passed", digest: str = "{digest}") -> str:
    """A row of the reviews."""
    text = REVIEW.replace("STEP", step).replace("DECISION", decision).replace("WHO", who)
    return text.replace("{digest}", digest)


def update(table: str, change: str, where: str = "contact_id = {contact}") -> str:
    return f"UPDATE {table} SET {change} WHERE {where}"


def new_address(statement: str, address: str) -> str:
    return statement.replace("ADDRESS", address)


guard, constraint, index = without_guard, without_constraint, without_index
ACTIVE_CONTACT = CONTACT.replace("ACTIVE", "TRUE")
LATER_CONTACT = new_address(CONTACT.replace("ACTIVE", "FALSE"), "'late@x.example'")
NOT_ITS_OWN = constraint("deliveries", "fk_deliveries_recipient")

# name: (level, statements, what refuses the last, what else stands behind it)
STATEMENTS: dict[str, tuple[str, tuple[str, ...], Lowering, tuple[Lowering, ...]]] = {
    # reviews
    "the author checks": (
        "submitted",
        (review("check", "{author}"),),
        guard("reviews", "own_mailing"),
        (),
    ),
    "the author approves": (
        "checked",
        (review("approve", "{author}"),),
        guard("reviews", "own_mailing"),
        (),
    ),
    "the checker approves": (
        "checked",
        (review("approve", "{checker}"),),
        constraint("reviews", "uq_reviews_snapshot_id_staff_id"),
        (),
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
        (),
    ),
    "a review of a snapshot that is not there": (
        "submitted",
        (review("check", "{checker}").replace("{snapshot}", "999"),),
        constraint("reviews", "fk_reviews_snapshot"),
        (),
    ),
    "a step decided twice": (
        "checked",
        (review("check", "{approver}"),),
        constraint("reviews", "uq_reviews_snapshot_id_step"),
        (),
    ),
    "a review by nobody": (
        "submitted",
        (review("check", "999"),),
        constraint("reviews", "fk_reviews_staff_id"),
        (),
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
        (),
    ),
    "an invented role": (
        "submitted",
        ("INSERT INTO memberships VALUES ({author}, {office}, 'admin')",),
        constraint("memberships", "ck_memberships_role"),
        (),
    ),
    # what is sent to whom
    "sending what was not approved": (
        "checked",
        (DISPATCH,),
        guard("dispatches", "unapproved"),
        (),
    ),
    "a delivery without a dispatch": (
        "checked",
        (DELIVERY,),
        constraint("deliveries", "fk_deliveries_dispatch"),
        (),
    ),
    "a second mail to one contact": (
        "approved",
        (DELIVERY,),
        constraint("deliveries", "uq_deliveries_snapshot_id_contact_id"),
        (),
    ),
    "a delivery to somebody outside the snapshot": (
        "approved",
        (LATER_CONTACT, DELIVERY.replace("{contact}", "9001")),
        NOT_ITS_OWN,
        (),
    ),
    "a delivery to a company outside the snapshot": (
        "approved",
        (DELIVERY.replace("{participant}", "999").replace("{contact}", "9001"),),
        NOT_ITS_OWN,
        (),
    ),
    "a contact paired with another company": (
        "approved",
        (update("deliveries", "participant_id = {other_participant}"),),
        guard("deliveries", "readdressed"),
        (NOT_ITS_OWN,),
    ),
    "a delivery turned to another contact": (
        "approved",
        (
            "UPDATE deliveries SET contact_id = {other_contact} + 9000, participant_id = "
            "{other_participant} WHERE contact_id = {contact}",
        ),
        guard("deliveries", "readdressed"),
        (NOT_ITS_OWN,),
    ),
    "a delivery moved to another snapshot": (
        "approved",
        (update("deliveries", "snapshot_id = snapshot_id + 1"),),
        guard("deliveries", "readdressed"),
        (NOT_ITS_OWN, constraint("deliveries", "fk_deliveries_dispatch")),
    ),
    "a delivery under another Message-ID": (
        "approved",
        (update("deliveries", "token = 'x'"),),
        guard("deliveries", "readdressed"),
        (),
    ),
    "a company's mail made the office's copy": (
        "approved",
        (update("deliveries", "first_copy = TRUE"),),
        guard("deliveries", "readdressed"),
        (
            constraint("deliveries", "ck_deliveries_one_addressee"),
            index("uq_deliveries_first_copy"),
        ),
    ),
    "two mails under one Message-ID": (
        "approved",
        (
            "INSERT INTO deliveries (office_id, event_id, snapshot_id, first_copy, state, due_at, "
            "attempts, token, reply) SELECT office_id, event_id, snapshot_id, TRUE, 'queued', "
            "{now}, 0, token, '' FROM deliveries WHERE contact_id = {contact}",
        ),
        constraint("deliveries", "uq_deliveries_token"),
        (index("uq_deliveries_first_copy"),),
    ),
    "a second copy to the office": (
        "approved",
        (
            DELIVERY.replace("FALSE", "TRUE")
            .replace("{participant}", "NULL")
            .replace("{contact}", "NULL"),
        ),
        index("uq_deliveries_first_copy"),
        (),
    ),
    "a delivery to nobody": (
        "approved",
        (DELIVERY.replace("{participant}", "NULL").replace("{contact}", "NULL"),),
        constraint("deliveries", "ck_deliveries_one_addressee"),
        (),
    ),
    "a delivery to a contact of no company": (
        "approved",
        (DELIVERY.replace("{participant}", "NULL").replace("{contact}", "9001"),),
        constraint("deliveries", "ck_deliveries_one_addressee"),
        (),
    ),
    "a mail that was taken queued again": (
        "approved",
        (update("deliveries", "state = 'accepted'"), update("deliveries", "state = 'queued'")),
        guard("deliveries", "settled"),
        (),
    ),
    "a mail that was refused queued again": (
        "approved",
        (update("deliveries", "state = 'refused'"), update("deliveries", "state = 'queued'")),
        guard("deliveries", "settled"),
        (),
    ),
    "an invented state of a mail": (
        "approved",
        (update("deliveries", "state = 'sent_to_all'"),),
        constraint("deliveries", "ck_deliveries_state"),
        (),
    ),
    "a claim without a worker": (
        "approved",
        (update("deliveries", "state = 'claimed'"),),
        constraint("deliveries", "ck_deliveries_claim"),
        (),
    ),
    # what was frozen
    "a recipient added after a review": (
        "checked",
        (LATER_CONTACT, new_address(RECIPIENT.replace("CONTACT", "9001"), "'late@x.example'")),
        guard("snapshot_recipients", "reviewed"),
        (),
    ),
    "a recipient who is in no roster": (
        "submitted",
        (new_address(RECIPIENT.replace("CONTACT", "9999"), "'late@x.example'"),),
        constraint("snapshot_recipients", "fk_snapshot_recipients_contact"),
        (),
    ),
    "one address twice in a snapshot": (
        "submitted",
        (LATER_CONTACT, new_address(RECIPIENT.replace("CONTACT", "9001"), "address_key")),
        constraint("snapshot_recipients", "uq_snapshot_recipients_snapshot_id_address_key"),
        (),
    ),
    "a file added after a review": (
        "checked",
        (FILE.replace("SHA", "sha256"),),
        guard("snapshot_materials", "reviewed"),
        (),
    ),
    "a file whose bytes nobody kept": (
        "submitted",
        (FILE.replace("SHA", "'" + "0" * 64 + "'"),),
        constraint("snapshot_materials", "fk_snapshot_materials_blob"),
        (),
    ),
    "a snapshot of nobody": (
        "submitted",
        (EMPTY,),
        constraint("snapshots", "ck_snapshots_recipients"),
        (),
    ),
    "a second snapshot of one revision": (
        "submitted",
        (
            EMPTY.replace("mailing_id, 99,", "mailing_id, revision,").replace(
                "place, 0,", "place, 1,"
            ),
        ),
        constraint("snapshots", "uq_snapshots_mailing_id_revision"),
        (),
    ),
    # what is drafted
    "a mode that shows all recipients": (
        "meeting",
        ("UPDATE mailings SET mode = 'cc'",),
        constraint("mailings", "ck_mailings_mode"),
        (),
    ),
    "a snapshot in a mode that shows all recipients": (
        "submitted",
        (OF_ONE.replace("mode,", "'cc',"),),
        constraint("snapshots", "ck_snapshots_mode"),
        (),
    ),
    "an invented state of a mailing": (
        "meeting",
        ("UPDATE mailings SET state = 'skip_review'",),
        constraint("mailings", "ck_mailings_state"),
        (),
    ),
    "a file of another event": (
        "submitted",
        (EVENT, MATERIAL, ATTACHED),
        constraint("mailing_materials", "fk_mailing_materials_material"),
        (),
    ),
    "another office's mailbox as sender": (
        "meeting",
        (OFFICE, MAILBOX, "UPDATE events SET sender_id = 77"),
        constraint("events", "fk_events_sender"),
        (),
    ),
    "another office's mailbox for replies": (
        "meeting",
        (OFFICE, MAILBOX, "UPDATE events SET reply_to_id = 77"),
        constraint("events", "fk_events_reply_to"),
        (),
    ),
    "a version with another office's bytes": (
        "meeting",
        (
            OFFICE,
            "INSERT INTO blobs SELECT 77, 'abc', content FROM blobs LIMIT 1",
            "UPDATE material_versions SET sha256 = 'abc'",
        ),
        constraint("material_versions", "fk_material_versions_blob"),
        (),
    ),
    "one address with two companies of an event": (
        "submitted",
        (new_address(ACTIVE_CONTACT, "address_key"),),
        index("uq_contacts_active_address"),
        (),
    ),
    "a contact moved to another event": (
        "submitted",
        (EVENT, LATER_CONTACT, "UPDATE contacts SET event_id = 77 WHERE id = 9001"),
        constraint("contacts", "fk_contacts_office_id_event_id_participant_id"),
        (constraint("contacts", "fk_contacts_import"),),
    ),
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
        drop_guards(world, table)
        yield

    return lowered


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
            level=level,
            leaves_nothing=True,
        )
        for table, level in EMPTIED.items()
    ),
    *(
        Attack(
            Family.SQL,
            Barrier.SCHEMA,
            name,
            _runs(statements),
            refusing,
            tuple(Also(Barrier.SCHEMA, each) for each in behind),
            level=level,
            leaves_nothing=True,
        )
        for name, (level, statements, refusing, behind) in STATEMENTS.items()
    ),
)
