"""Two addresses, a header or a false key, written by SQL into the columns that hold an address."""

from __future__ import annotations

from tests.attacks.direct_sql import Statements, attacks
from tests.attacks.direct_sql_rows import CONTACT, OF_ONE, RECIPIENT, new_address
from tests.attacks.lowering import without_guard

# name: what stands in the column, as SQL
SHAPES = {
    "two addresses with a comma": "'a@x.example,b@y.example'",
    "a header behind a line feed": "'a@x.example\nBcc'",
    "two addresses with a full-width sign": "'a@x.example/b＠y.example'",
    "an address in angle brackets": "'<a@x.example>'",
    "two addresses with a semicolon": "'a@x.example;b@y.example'",
    "two addresses with a space": "'a@x.example b@y.example'",
    "two addresses with nothing between": "'a@x.exampleb@y.example'",
    "two addresses with a small sign": "'a@x.example/b﹫y.example'",
    "an address and a Japanese comma": "'a@x.example、b'",
    "a header behind a carriage return": "'a@x.example\rBcc'",
    "an address and a tab": "'a@x.example\tb'",
    "an address with a display name": "'\"a\"@x.example'",
    "no address": "'全参加企業'",
}
ALL, FOUR, TWO = tuple(SHAPES), tuple(SHAPES)[:4], tuple(SHAPES)[:2]
KEYED = ("ADDRESS, ADDRESS", "ADDRESS, lower(ADDRESS)")
NEW_CONTACT = CONTACT.replace("ACTIVE", "FALSE").replace(*KEYED)
LATER = new_address(NEW_CONTACT, "'late@x.example'")
FROZEN = RECIPIENT.replace("CONTACT", "9001").replace(*KEYED)
UPDATED = "UPDATE contacts SET address = ADDRESS, address_key = lower(ADDRESS) WHERE id = {contact}"
SENDER, REPLY = "mode , sender_name, sender_address,", "reply_to,"
MAILBOX = "INSERT INTO mailboxes (id, office_id, name, address) VALUES (78, {office}, 'x', ADDRESS)"
# A mailbox needs two people as well.
AGREED = {"insert": "added", "update": "renamed"}
# column: (table, verb, the statements before, the one with ADDRESS, shapes tried there)
COLUMNS: dict[str, tuple[str, str, tuple[str, ...], str, tuple[str, ...]]] = {
    "as a new contact": ("contacts", "insert", (), NEW_CONTACT, ALL),
    "as a contact": ("contacts", "update", (), UPDATED, FOUR),
    "as a frozen recipient": ("snapshot_recipients", "insert", (LATER,), FROZEN, FOUR),
    "as a new mailbox": ("mailboxes", "insert", (), MAILBOX, TWO),
    "as a mailbox": (
        "mailboxes",
        "update",
        (),
        "UPDATE mailboxes SET address = ADDRESS WHERE id = 1",
        TWO,
    ),
    "as a frozen sender": (
        "snapshots",
        "insert",
        (),
        OF_ONE.replace(SENDER, "mode , sender_name, ADDRESS,"),
        TWO,
    ),
    "as a frozen reply address": (
        "snapshots",
        "insert",
        (),
        OF_ONE.replace(f"{SENDER} {REPLY}", f"{SENDER} ADDRESS,"),
        TWO,
    ),
}
INSERTED = CONTACT.replace("ACTIVE", "FALSE").replace("ADDRESS, ADDRESS", "'new@x.example', KEY")
COPIED = RECIPIENT.replace("CONTACT", "9001").replace("ADDRESS, ADDRESS", "'new@x.example', KEY")
# name: (statements, table, verb)
KEYS = {
    "a new contact under another's key": (
        (INSERTED.replace("KEY", "'{other_address}'"),),
        "contacts",
        "insert",
    ),
    "a new contact under a key in capitals": (
        (INSERTED.replace("KEY", "'NEW@X.EXAMPLE'"),),
        "contacts",
        "insert",
    ),
    "a contact's address under its old key": (
        ("UPDATE contacts SET address = 'new@x.example' WHERE id = {contact}",),
        "contacts",
        "update",
    ),
    "a frozen recipient under another's key": (
        (LATER, COPIED.replace("KEY", "'late@x.example'")),
        "snapshot_recipients",
        "insert",
    ),
}

STATEMENTS: Statements = {
    f"{shape} {column}": (
        "submitted",
        (*before, new_address(statement, SHAPES[shape])),
        without_guard(table, f"address_{verb}"),
        (without_guard(table, AGREED[verb]),) if table == "mailboxes" else (),
    )
    for column, (table, verb, before, statement, shapes) in COLUMNS.items()
    for shape in shapes
} | {
    name: ("submitted", statements, without_guard(table, f"address_{verb}"), ())
    for name, (statements, table, verb) in KEYS.items()
}

ATTACKS = attacks(STATEMENTS)
