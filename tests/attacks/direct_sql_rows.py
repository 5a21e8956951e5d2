"""More statements that no service would write: about what is sent to whom, frozen and drafted."""

from __future__ import annotations

from tests.attacks.direct_sql import Statements, attacks
from tests.attacks.direct_sql_settings import MAILBOX as TOLD
from tests.attacks.lowering import without_constraint, without_guard, without_index

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
# The first copy was found right: the rest may go.
LET_GO = "UPDATE dispatches SET released_at = created_at"
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
    "INSERT INTO snapshots (id, office_id, event_id, mailing_id, revision, digest, purpose, mode, "
    "sender_name, sender_address, reply_to, subject, body, event_name, event_date, event_hours, "
    "event_place, recipient_count, submitted_by, submitted_at) SELECT 99, office_id, event_id, "
    "mailing_id, 99, 'x', purpose, mode , sender_name, sender_address, reply_to, subject, body, "
    "event_name, event_date, event_hours, event_place, 0, submitted_by, submitted_at "
    "FROM snapshots WHERE id = {snapshot}"
)
OF_ONE = EMPTY.replace("place, 0,", "place, 1,")


def update(table: str, change: str, where: str = "contact_id = {contact}") -> str:
    return f"UPDATE {table} SET {change} WHERE {where}"


def new_address(statement: str, address: str) -> str:
    return statement.replace("ADDRESS", address)


guard, constraint, index = without_guard, without_constraint, without_index
ACTIVE_CONTACT = CONTACT.replace("ACTIVE", "TRUE")
LATER_CONTACT = new_address(CONTACT.replace("ACTIVE", "FALSE"), "'late@x.example'")
SECOND_COPY = guard("deliveries", "first_copy_replaced")
NOT_ITS_OWN = constraint("deliveries", "fk_deliveries_recipient")

# name: (level, statements, what refuses the last, what else stands behind it)
STATEMENTS: Statements = {
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
        (guard("deliveries", "replaced"),),
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
        (index("uq_deliveries_first_copy"), SECOND_COPY, guard("deliveries", "replaced")),
    ),
    "a second copy to the office": (
        "approved",
        (
            DELIVERY.replace("FALSE", "TRUE")
            .replace("{participant}", "NULL")
            .replace("{contact}", "NULL"),
        ),
        index("uq_deliveries_first_copy"),
        (SECOND_COPY,),
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
        (guard("snapshot_recipients", "replaced"),),
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
        (guard("snapshots", "replaced"),),
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
        (OF_ONE.replace("mode ,", "'cc',"),),
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
        (OFFICE, TOLD, MAILBOX, "UPDATE events SET sender_id = 77"),
        constraint("events", "fk_events_sender"),
        (),
    ),
    "another office's mailbox for replies": (
        "meeting",
        (OFFICE, TOLD, MAILBOX, "UPDATE events SET reply_to_id = 77"),
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

ATTACKS = attacks(STATEMENTS)
