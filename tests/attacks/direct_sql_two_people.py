"""Statements that change a setting, a mailbox or a role without two people behind it."""

from __future__ import annotations

from tests.attacks.direct_sql import Statements, attacks
from tests.attacks.direct_sql_settings import (
    ALLOWED,
    BY_ADMINISTRATOR,
    CHANGE,
    DECISION,
    FORBIDDEN,
    LATER,
    OFF,
    ON,
    PROPOSAL,
    agreed,
    filled,
)
from tests.attacks.lowering import without_constraint, without_guard

guard, constraint = without_guard, without_constraint
SWITCHED_ON = "UPDATE offices SET batches_allowed = TRUE"
BATCHES = ("batches", "", OFF, ON)
PROPOSED = filled(PROPOSAL, 901, *BATCHES)
CONFIRMED = filled(DECISION, 901, *BATCHES)
CHANGED = filled(CHANGE, 901, *BATCHES)
BY_APPROVER = filled(PROPOSAL.replace("WHO", "{approver}"), 901, *BATCHES)
SAFER = CHANGE.replace("'confirmed', NUMBER,", "'safer', NULL,")
DECLINED = CONFIRMED.replace("'confirmed'", "'declined'").replace("''", "'n'")
REVERSED = ("batches", "", OFF, OFF.replace("50", "30"))
ROLES = ("roles", "{author}", '["author"]', '["approver","author"]')
SPARE = "address = 'info@himesato-anteisho.example'"
OUTSIDER = (
    "INSERT INTO staff (id, login, name, password_hash, active) "
    "VALUES (78, 'soto', '外', 'x', TRUE)"
)

# name: (statements, what refuses the last, what else stands behind it)
BY_ONE = {
    # what is decided
    "a proposal of somebody outside": (
        (OUTSIDER, PROPOSED.replace("'d', NULL", "'d', 78")),
        guard("proposals", "stranger"),
        (constraint("proposals", "fk_proposals_office_id_proposer_id"),),
    ),
    "a proposal that changes nothing": (
        (filled(PROPOSAL, 901, "batches", "", OFF, OFF),),
        constraint("proposals", "ck_proposals_different"),
        (),
    ),
    "a proposal without a reason": (
        (PROPOSED.replace("'r'", "' '"),),
        constraint("proposals", "ck_proposals_reason"),
        (),
    ),
    "one's own proposal confirmed": (
        (BY_APPROVER, CONFIRMED),
        guard("proposal_decisions", "own_proposal"),
        (),
    ),
    "one's own proposal declined": (
        (BY_APPROVER, DECLINED),
        guard("proposal_decisions", "own_proposal"),
        (),
    ),
    "another's proposal withdrawn": (
        (PROPOSED, CONFIRMED.replace("'confirmed'", "'withdrawn'")),
        guard("proposal_decisions", "not_own"),
        (),
    ),
    "a yes of somebody without the role": (
        (PROPOSED, CONFIRMED.replace("{approver}", "{checker}")),
        guard("proposal_decisions", "no_role"),
        (),
    ),
    "a yes of somebody who has left": (
        (
            PROPOSED,
            "UPDATE staff SET active = FALSE WHERE id = {approver}",
            CONFIRMED,
        ),
        guard("proposal_decisions", "no_role"),
        (),
    ),
    "a yes to something else": (
        (PROPOSED, CONFIRMED.replace("'d'", "'e'")),
        constraint("proposal_decisions", "fk_proposal_decisions_proposal"),
        (),
    ),
    "a yes after the proposal has expired": (
        (
            PROPOSED.replace("{now}", "'2026-11-01 00:00:00+00:00'").replace(
                LATER, "'2026-11-15 00:00:00+00:00'"
            ),
            CONFIRMED,
        ),
        guard("proposal_decisions", "late"),
        (),
    ),
    "a yes of nobody": (
        (PROPOSED, CONFIRMED.replace("{approver}", "NULL")),
        constraint("proposal_decisions", "ck_proposal_decisions_somebody"),
        (guard("proposal_decisions", "no_role"),),
    ),
    "a no made a yes": (
        (PROPOSED, DECLINED, CONFIRMED),
        guard("proposal_decisions", "replaced"),
        (constraint("proposal_decisions", "pk_proposal_decisions"),),
    ),
    # what follows from it
    "a change that nobody confirmed": (
        (PROPOSED, CHANGED),
        guard("setting_changes", "unconfirmed"),
        (),
    ),
    "a change that somebody declined": (
        (PROPOSED, DECLINED, CHANGED),
        guard("setting_changes", "unconfirmed"),
        (),
    ),
    "a change to more than was confirmed": (
        (PROPOSED, CONFIRMED, CHANGED.replace("50", "100")),
        guard("setting_changes", "unconfirmed"),
        (),
    ),
    "a change of another person's roles than was confirmed": (
        (
            filled(PROPOSAL, 901, *ROLES),
            CONFIRMED,
            filled(CHANGE, 901, ROLES[0], "{checker}", *ROLES[2:]),
        ),
        guard("setting_changes", "unconfirmed"),
        (guard("setting_changes", "gap"),),
    ),
    "one confirmation used twice": (
        (*ALLOWED, *FORBIDDEN, CHANGED.replace("(901", "(907")),
        guard("setting_changes", "replaced"),
        (constraint("setting_changes", "uq_setting_changes_proposal_id"),),
    ),
    "a change that does not begin where the last one ended": (
        (*ALLOWED, *agreed(907, *REVERSED)),
        guard("setting_changes", "gap"),
        (),
    ),
    "the administrator alone where two people could": (
        (filled(BY_ADMINISTRATOR, 907, *BATCHES),),
        guard("setting_changes", "set_up"),
        (),
    ),
    "a role given alone, as if it were safer": (
        (filled(SAFER, 907, *ROLES),),
        guard("setting_changes", "not_safer"),
        (),
    ),
    "a setting made safer by somebody without the role": (
        (filled(SAFER, 907, *REVERSED).replace("{approver}", "{checker}"),),
        guard("setting_changes", "not_safer"),
        (),
    ),
    # what it changes
    "BCC一括 switched on": ((SWITCHED_ON,), guard("offices", "batches"), ()),
    "BCC一括 switched on, as if it were safer": (
        (filled(SAFER, 907, *BATCHES), SWITCHED_ON),
        guard("offices", "batches"),
        (),
    ),
    "BCC一括 switched on after two people switched it off again": (
        (*ALLOWED, *FORBIDDEN, SWITCHED_ON),
        guard("offices", "batches"),
        (),
    ),
    "more at once than was confirmed": (
        (*ALLOWED[:-1], "UPDATE offices SET batches_allowed = TRUE, batch_size = 100"),
        guard("offices", "batches"),
        (),
    ),
    "an office that begins with BCC一括": (
        (
            "INSERT INTO offices (id, bureau_id, name, batches_allowed) "
            "VALUES (77, 1, '別の所', TRUE)",
        ),
        guard("offices", "born_open"),
        (),
    ),
    "another hold": (("UPDATE offices SET hold_minutes = 7",), guard("offices", "hold"), ()),
    "a shorter hold, as if it were safer": (
        (
            *agreed(907, "hold", "", "0", "9"),
            "UPDATE offices SET hold_minutes = 9",
            filled(SAFER, 908, "hold", "", "9", "1"),
            "UPDATE offices SET hold_minutes = 1",
        ),
        guard("offices", "hold"),
        (),
    ),
    "another rule for the first copy": (
        ("UPDATE offices SET first_copy_minutes = 9",),
        guard("offices", "first_copy"),
        (),
    ),
    "a role given": (
        ("INSERT INTO memberships VALUES ({author}, {office}, 'approver')",),
        guard("memberships", "given"),
        (),
    ),
    "a role besides the one that was confirmed": (
        (
            *agreed(907, *ROLES),
            "INSERT INTO memberships VALUES ({author}, {office}, 'manager')",
        ),
        guard("memberships", "given"),
        (),
    ),
    "a role exchanged": (
        ("UPDATE memberships SET role = 'approver' WHERE staff_id = {author}",),
        guard("memberships", "update"),
        (),
    ),
    "a role taken": (
        ("DELETE FROM memberships WHERE staff_id = {approver}",),
        guard("memberships", "taken"),
        (),
    ),
    "a mailbox added": (
        (
            "INSERT INTO mailboxes (id, office_id, name, address) "
            "VALUES (78, {office}, '別', 'x@office.example')",
        ),
        guard("mailboxes", "added"),
        (),
    ),
    "a mailbox renamed": (
        (f"UPDATE mailboxes SET name = '別' WHERE {SPARE}",),
        guard("mailboxes", "renamed"),
        (),
    ),
    "a mailbox turned to another address": (
        (f"UPDATE mailboxes SET address = 'x@office.example' WHERE {SPARE}",),
        guard("mailboxes", "renamed"),
        (),
    ),
    "a mailbox removed": (
        (f"DELETE FROM mailboxes WHERE {SPARE}",),
        guard("mailboxes", "removed"),
        (),
    ),
}
STATEMENTS: Statements = {name: ("meeting", *rest) for name, rest in BY_ONE.items()}
ATTACKS = attacks(STATEMENTS)
