"""Whoever wants no more mails is mailed all the same, or is made to want them again."""

from __future__ import annotations

from dataclasses import replace

from eventmail.outbox import job, supply
from eventmail.wire import Individual, gate
from tests.attacks.arena import Also, Attack, Barrier, Family
from tests.attacks.direct_sql import Statements, attacks
from tests.attacks.direct_sql_mails import ATTEMPT
from tests.attacks.direct_sql_rows import LET_GO
from tests.attacks.lowering import COMPOSE, instead, silent, without_constraint, without_guard
from tests.attacks.world import World
from tests.mailings import journey
from tests.wire.samples import AOZORA, IDENTITY, STAMP, WORDING

guard = without_guard
STOP = (
    "INSERT INTO suppressions (office_id, address_key, digest, kind, source, reason, at) "
    "SELECT office_id, address_key, 'd', 'bounced', 'bounce', '', {now} FROM contacts "
    "WHERE id = {contact}"
)
LIFT = (
    "INSERT INTO suppression_lifts SELECT id, office_id, '2026-11-26', 'phone', 'WORDS', "
    "{author}, {now} FROM suppressions"
)
GIVEN = LIFT.replace("WORDS", "田中様から電話")
PROPOSAL = (
    "INSERT INTO contact_corrections (office_id, event_id, participant_id, contact_id, "
    "address_before, department, title, name, address, made_at, expires_at, state, code_token) "
    "SELECT office_id, event_id, participant_id, id, address_key, '', '', '', 'x@x.example', "
    "{now}, {now}, 'waiting', 'x' FROM contacts WHERE id = {contact}"
)
CHANGED, REWORDED = guard("suppressions", "changed"), guard("contact_corrections", "reworded")
STATEMENTS: Statements = {
    "a mail to whoever wants none": (
        "approved",
        (LET_GO, STOP, ATTEMPT),
        guard("attempts", "suppressed"),
        (),
    ),
    "a suppression struck off": (
        "submitted",
        (STOP, "DELETE FROM suppressions"),
        guard("suppressions", "delete"),
        (),
    ),
    "a suppression moved to another address": (
        "submitted",
        (STOP, "UPDATE suppressions SET address_key = 'x@x.example'"),
        CHANGED,
        (),
    ),
    "a suppression made a mere unsubscribing": (
        "submitted",
        (STOP, "UPDATE suppressions SET kind = 'unsubscribed'"),
        CHANGED,
        (),
    ),
    "a suppression lifted without anybody's word": (
        "submitted",
        (STOP, LIFT.replace("WORDS", " ")),
        without_constraint("suppression_lifts", "ck_suppression_lifts_consent"),
        (),
    ),
    "the consent rewritten": (
        "submitted",
        (STOP, GIVEN, "UPDATE suppression_lifts SET consent = 'x'"),
        guard("suppression_lifts", "update"),
        (),
    ),
    "the consent struck off": (
        "submitted",
        (STOP, GIVEN, "DELETE FROM suppression_lifts"),
        guard("suppression_lifts", "delete"),
        (),
    ),
    "another new address than was proposed": (
        "submitted",
        (PROPOSAL, "UPDATE contact_corrections SET address = 'y@y.example'"),
        REWORDED,
        (),
    ),
    "more tries at the code than there are": (
        "submitted",
        (
            PROPOSAL,
            "UPDATE contact_corrections SET tries = 5",
            "UPDATE contact_corrections SET tries = 0",
        ),
        REWORDED,
        (),
    ),
    "a refused proposal taken up again": (
        "submitted",
        (
            PROPOSAL,
            "UPDATE contact_corrections SET state = 'refused'",
            "UPDATE contact_corrections SET state = 'waiting'",
        ),
        REWORDED,
        (),
    ),
}


def _stopped(world: World) -> bool:
    """Who stopped it after the approval gets it all the same."""
    for step in (journey.submit, journey.check, journey.approve):
        step(world.database, world.people, 1)
    world.__dict__.pop("ids", None)  # there is a snapshot now
    world.run(STOP)
    return any(world.ids["address"] in mail.partition("\n")[0] for mail in world.works())


def _links(world: World) -> bool:
    """A mail carries a link to stop that is not its recipient's."""
    url = "https://mail.hirono.example/unsubscribe/aaaa"
    wording = replace(WORDING, unsubscribe=url)
    sent = COMPOSE.compose(IDENTITY, Individual(AOZORA), wording, (), STAMP).content
    return url.encode() in world.sends(sent)


ATTACKS = (
    *attacks(STATEMENTS),
    Attack(
        Family.SERVICE,
        Barrier.OUTBOX,
        "a company that stopped such mails after the approval",
        _stopped,
        instead(supply, "welcome", lambda _, ids: set(ids)),
        (
            Also(Barrier.GATE, instead(job, "_suppressed", lambda *_: frozenset())),
            Also(Barrier.SCHEMA, guard("attempts", "suppressed")),
        ),
        level="meeting",
    ),
    Attack(
        Family.MISUSE,
        Barrier.GATE,
        "a link to stop mails that is not the recipient's",
        _links,
        silent(gate, "_check_unsubscribe"),
    ),
)
