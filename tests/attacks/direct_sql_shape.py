"""Statements against the shape of an address, against what was handed over, and for batches."""

from __future__ import annotations

from tests.attacks.direct_sql import UNSEEN, Statements, attacks, review
from tests.attacks.direct_sql_rows import CONTACT as ANY_CONTACT
from tests.attacks.direct_sql_rows import (
    LATER_CONTACT,
    LET_GO,
    MAILBOX,
    OF_ONE,
    OFFICE,
    RECIPIENT,
    new_address,
    update,
)
from tests.attacks.direct_sql_settings import ALLOWED, next_door
from tests.attacks.lowering import without_constraint, without_guard

guard = without_guard
OWN, OTHER = "saiyo@aozora.example", "jinji@kure-seiki.example"
CONTACT = ANY_CONTACT.replace("ACTIVE", "FALSE")
SHAPES = {
    "a comma": f"{OWN},{OTHER}",
    "a semicolon": f"{OWN};{OTHER}",
    "a space": f"{OWN} {OTHER}",
    "a line break": f"{OWN}\n{OTHER}",
    "a Japanese comma": f"{OWN}、{OTHER}",
    "a full-width space": f"{OWN}\u3000{OTHER}",
    "nothing": f"{OWN}{OTHER}",
    "brackets": f"{OWN}<{OTHER}>",
    "a full-width sign": f"{OWN};jinji＠kure-seiki.example",
}
ATTEMPT = (
    "INSERT INTO attempts (delivery_id, number, handed_over_at, outcome, reply_text, digest, head) "
    "SELECT id, 1, {now}, '', '', 'abc', 'x' FROM deliveries WHERE contact_id = {contact}"
)
SETTLED = "UPDATE attempts SET settled_at = {now}, outcome = 'refused'"
STRANGER = (
    OFFICE,
    "INSERT INTO staff (id, login, name, password_hash, active) "
    "VALUES (77, 'tonari', '隣野', 'x', TRUE)",
    *next_door("checker"),
)
BATCH = OF_ONE.replace("mode ,", "'batch',")
REWRITTEN = guard("attempts", "rewritten")

STATEMENTS: Statements = {
    **{
        f"two addresses in a contact, {name} between": (
            "submitted",
            (new_address(CONTACT, f"'{text}'"),),
            guard("contacts", "address_insert"),
            (),
        )
        for name, text in SHAPES.items()
    },
    "two addresses in a contact, afterwards": (
        "submitted",
        (
            f"UPDATE contacts SET address = '{OWN},{OTHER}', address_key = '{OWN},{OTHER}'"
            " WHERE id = {contact}",
        ),
        guard("contacts", "address_update"),
        (),
    ),
    "a contact under another's key": (
        "submitted",
        ("UPDATE contacts SET address_key = 'x@y.example' WHERE id = {contact}",),
        guard("contacts", "address_update"),
        (),
    ),
    "two addresses in a snapshot from the beginning": (
        "submitted",
        (LATER_CONTACT, new_address(RECIPIENT.replace("CONTACT", "9001"), f"'{OWN},{OTHER}'")),
        guard("snapshot_recipients", "address_insert"),
        (),
    ),
    "two addresses in the office's mailbox": (
        "meeting",
        (OFFICE, MAILBOX.replace("other@office.example", f"{OWN},{OTHER}")),
        guard("mailboxes", "address_insert"),
        (guard("mailboxes", "added"),),
    ),
    "a second address in the office's mailbox": (
        "meeting",
        (f"UPDATE mailboxes SET address = address || ',{OTHER}'",),
        guard("mailboxes", "address_update"),
        (guard("mailboxes", "renamed"),),
    ),
    "two senders in a snapshot": (
        "submitted",
        (
            OF_ONE.replace(
                "sender_address, reply_to, subject, body, event_name, event_date, "
                "event_hours, event_place, 1",
                f"'{OWN},{OTHER}', reply_to, subject, body, "
                "event_name, event_date, event_hours, event_place, 1",
            ),
        ),
        guard("snapshots", "address_insert"),
        (),
    ),
    "another digest for a mail that was sent": (
        "approved",
        (LET_GO, ATTEMPT, "UPDATE attempts SET digest = 'def'"),
        REWRITTEN,
        (),
    ),
    "another head for a mail that was sent": (
        "approved",
        (LET_GO, ATTEMPT, "UPDATE attempts SET head = 'y'"),
        REWRITTEN,
        (),
    ),
    "another outcome for a mail that was sent": (
        "approved",
        (LET_GO, ATTEMPT, SETTLED, "UPDATE attempts SET outcome = 'accepted'"),
        REWRITTEN,
        (),
    ),
    "the trace of a mail struck off": (
        "approved",
        (LET_GO, ATTEMPT, "DELETE FROM attempts"),
        guard("attempts", "delete"),
        (),
    ),
    "a whole sending struck off": (
        "approved",
        ("DELETE FROM dispatches",),
        guard("dispatches", "delete"),
        (without_constraint("deliveries", "fk_deliveries_dispatch"),),
    ),
    "a check by somebody without the role": (
        "submitted",
        (review("check", "{approver}"),),
        guard("reviews", "no_role"),
        (UNSEEN,),
    ),
    "a check by another office's checker": (
        "submitted",
        (*STRANGER, review("check", "77")),
        guard("reviews", "no_role"),
        (guard("reviews", "stranger_insert"), UNSEEN),
    ),
    "a second mail of one mailing to whom it reached": (
        "approved",
        (
            update("deliveries", "state = 'accepted'"),
            OF_ONE,
            "INSERT INTO snapshot_recipients SELECT 99, contact_id, office_id, event_id, "
            "participant_id, position, company, department, title, name, address, address_key "
            "FROM snapshot_recipients WHERE contact_id = {contact}",
        ),
        guard("snapshot_recipients", "reached"),
        (),
    ),
    "a batch where the office allows none": (
        "meeting",
        ("UPDATE mailings SET mode = 'batch'",),
        guard("mailings", "batch_not_allowed_now"),
        (),
    ),
    "a frozen batch where the office allows none": (
        "submitted",
        (BATCH,),
        guard("snapshots", "batch_not_allowed"),
        (guard("snapshots", "batch_with_fields"),),
    ),
    "a batch with a field for the name": (
        "submitted",
        (*ALLOWED, BATCH),
        guard("snapshots", "batch_with_fields"),
        (),
    ),
}

ATTACKS = attacks(STATEMENTS)
