"""Statements against the audit and its chains, each refused by one guard of the database.

What somebody could do who takes all guards away is in ``tests/audit/test_chain.py``: without the
key he can make no link, and the chain is found broken.
"""

from __future__ import annotations

from tests.attacks.direct_sql import Statements, attacks, constraint, guard

LINK = (
    "INSERT INTO audit_links (chain, number, entry_id, previous, mac, key_id) "
    "SELECT h.chain, h.number + STEP, e.id, PREVIOUS, 'forged', 'forged' "
    "FROM audit_heads h, (SELECT max(id) AS id FROM audit_entries) e WHERE h.chain = {office}"
)
ENTRY = (
    "INSERT INTO audit_entries (at, office_id, action, subject, details) "
    "VALUES ({now}, OFFICE, 'x', 'x', '{{}}')"
)
OWN, OTHERS = ENTRY.replace("OFFICE", "{office}"), ENTRY.replace("OFFICE", "99")


def link(step: str = "1", previous: str = "h.mac") -> str:
    return LINK.replace("STEP", step).replace("PREVIOUS", previous)


STATEMENTS: Statements = {
    "an entry into the middle of the chain": (
        "checked",
        (OWN, link(step="5")),
        guard("audit_links", "number"),
        (guard("audit_heads", "back"),),
    ),
    "an entry that follows no link": (
        "checked",
        (OWN, link(previous="'x'")),
        guard("audit_links", "previous"),
        (),
    ),
    "another office's entry in this office's chain": (
        "checked",
        (OTHERS, link()),
        guard("audit_links", "foreign"),
        (),
    ),
    "the tail of the chain cut": (
        "checked",
        ("DELETE FROM audit_links WHERE chain = {office} AND number > 3",),
        guard("audit_links", "delete"),
        (),
    ),
    "a link sealed anew": (
        "checked",
        ("UPDATE audit_links SET mac = 'forged' WHERE number = 3",),
        guard("audit_links", "update"),
        (),
    ),
    "the links renumbered": (
        "checked",
        ("UPDATE audit_links SET number = number + 100000 WHERE chain = {office}",),
        guard("audit_links", "update"),
        (),
    ),
    "the head set back": (
        "checked",
        (
            "UPDATE audit_heads SET number = 3, mac = (SELECT mac FROM audit_links l "
            "WHERE l.chain = {office} AND l.number = 3) WHERE chain = {office}",
        ),
        guard("audit_heads", "back"),
        (),
    ),
    "the head moved on without a link": (
        "checked",
        ("UPDATE audit_heads SET number = number + 1, mac = 'x' WHERE chain = {office}",),
        guard("audit_heads", "unlinked"),
        (),
    ),
    "strike the audit off": (
        "checked",
        ("DELETE FROM audit_entries",),
        guard("audit_entries", "delete"),
        (constraint("audit_links", "fk_audit_links_entry_id"),),
    ),
    "the head taken away": (
        "checked",
        ("DELETE FROM audit_heads",),
        guard("audit_heads", "delete"),
        (),
    ),
    "a head with a count of older entries": (
        "checked",
        ("INSERT INTO audit_heads (chain, number, mac, older) VALUES (77, 0, '', 5)",),
        guard("audit_heads", "begun"),
        (),
    ),
    "a lost head put back before the last link": (
        "checked",
        (
            "INSERT INTO audit_heads (chain, number, mac, older) SELECT chain, number, mac, 0 "
            "FROM audit_links WHERE chain = {office} AND number = 3",
        ),
        guard("audit_heads", "begun"),
        (guard("audit_heads", "replaced"), constraint("audit_heads", "pk_audit_heads")),
    ),
    "a chain begun in the middle": (
        "checked",
        ("INSERT INTO audit_heads (chain, number, mac, older) VALUES (77, 5, 'x', 0)",),
        guard("audit_heads", "begun"),
        (),
    ),
}
ATTACKS = attacks(STATEMENTS)
