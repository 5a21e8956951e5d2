"""The rows without which the database lets nobody change a setting, as raw statements."""

from __future__ import annotations

LATER = "'2999-01-01 00:00:00+00:00'"
PROPOSAL = (
    "INSERT INTO proposals (id, office_id, kind, subject, before, after, reason, digest, "
    "proposer_id, at, expires_at) VALUES "
    "(NUMBER, OFFICE, 'KIND', 'SUBJECT', 'BEFORE', 'AFTER', 'r', 'd', WHO, {now}, " + LATER + ")"
)
DECISION = (
    "INSERT INTO proposal_decisions (proposal_id, digest, verdict, staff_id, reason, at) "
    "VALUES (NUMBER, 'd', 'confirmed', {approver}, '', {now})"
)
CHANGE = (
    "INSERT INTO setting_changes (id, office_id, kind, subject, before, after, basis, "
    "proposal_id, staff_id, at) VALUES "
    "(NUMBER, OFFICE, 'KIND', 'SUBJECT', 'BEFORE', 'AFTER', 'confirmed', NUMBER, {approver}, {now})"
)
BY_ADMINISTRATOR = CHANGE.replace("'confirmed', NUMBER, {approver}", "'setup', NULL, NULL")
OFF, ON = '{"allowed":false,"size":50}', '{"allowed":true,"size":50}'


def filled(statement: str, number: int, *what: str, office: str = "{office}") -> str:
    """A statement about one setting: kind, subject, before, after."""
    for word, value in zip(("KIND", "SUBJECT", "BEFORE", "AFTER"), what, strict=True):
        # Braces are JSON's here, but for the names of ids.
        text = value if value in ("{author}", "{checker}") else value.replace("{", "{{")
        text = text if text == value else text.replace("}", "}}").replace(":", "\\:")
        statement = statement.replace(word, text)
    return statement.replace("NUMBER", str(number)).replace("OFFICE", office).replace("WHO", "NULL")


def agreed(number: int, *what: str) -> tuple[str, str, str]:
    """Proposed by the administrator, confirmed by the approver, written down."""
    proposal, decision, change = (
        filled(each, number, *what) for each in (PROPOSAL, DECISION, CHANGE)
    )
    return proposal, decision, change


def set_up(number: int, *what: str) -> str:
    """Decided by the administrator for the office next door, in which nobody else could."""
    return filled(BY_ADMINISTRATOR, number, *what, office="77")


ALLOWED = (
    *agreed(901, "batches", "", OFF, ON),
    "UPDATE offices SET batches_allowed = TRUE",
)
FORBIDDEN = (
    *agreed(902, "batches", "", ON, OFF),
    "UPDATE offices SET batches_allowed = FALSE",
)
# The mailbox and the people of the office next door.
MAILBOX = set_up(903, "mailbox", "other@office.example", "null", '{"name":"別"}')


def next_door(*roles: str) -> tuple[str, ...]:
    """Person 77 with these roles in office 77."""
    listed = ",".join(f'"{role}"' for role in sorted(roles))
    return (
        set_up(904, "roles", "77", "[]", f"[{listed}]"),
        *(f"INSERT INTO memberships VALUES (77, 77, '{role}')" for role in roles),
    )


def second_role(who: str, own: str, other: str) -> tuple[str, ...]:
    """Somebody is given a role besides his own, as two people agreed."""
    both = ",".join(f'"{role}"' for role in sorted((own, other)))
    return (
        *agreed(905, "roles", who, f'["{own}"]', f"[{both}]"),
        f"INSERT INTO memberships VALUES ({who}, {{office}}, '{other}')",
    )


NAME, ADDRESS = "姫里公共職業安定所 学卒部門", "gakusotsu@himesato-anteisho.example"
RENAMED = (
    *agreed(906, "mailbox", ADDRESS, f'{{"name":"{NAME}"}}', '{"name":"別の名前"}'),
    f"UPDATE mailboxes SET name = '別の名前' WHERE address = '{ADDRESS}'",
)
