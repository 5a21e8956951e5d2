"""Forms that no page of ours would send: other fields, other numbers, another office's things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import request

from eventmail.accounts import reauth
from eventmail.events import service as events
from eventmail.mailings import service
from eventmail.outbox import service as outbox
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.browser import Browser
from tests.attacks.direct_sql_settings import MAILBOX, next_door
from tests.attacks.lowering import (
    cut,
    instead,
    silent,
    without_constraint,
    without_guard,
)
from tests.attacks.service_call import COUNT, STATE
from tests.attacks.world import World

OTHER = "jinji@kure-seiki.example"


def letter(world: World, **changes: Any) -> dict[str, Any]:
    """The letter's form as its page sends it, with changes."""
    (purpose, subject, body, version) = world.rows(
        "SELECT purpose, subject, body, version FROM mailings"
    )[0]
    return {"purpose": purpose, "subject": subject, "body": body, "version": version} | changes


def posts(
    who: str, path: str, given: Callable[[World], dict[str, Any]], result: str, wanted: Any
) -> Callable[[World], bool]:
    """One post; reached if the rows then say ``wanted``."""

    def strike(world: World) -> bool:
        world.browser(who).post(path, given(world))
        return bool(world.value(result) == wanted)

    return strike


# Fields that no form has

SAVE_DRAFT = service.save_draft


def _mass_assignment(session: Any, who: Any, mailing: Any, draft: Any) -> None:
    """Stores whatever was posted under a column's name; and the rest as a remark."""
    SAVE_DRAFT(session, who, mailing, draft)
    session.flush()
    ours = {"purpose", "subject", "body", "version", "csrf_token", "materials"}
    for name, value in request.form.items():
        if name not in ours:
            known = name in mailing.__table__.columns
            column, kept = (name, value) if known else ("notice", f"{name}: {value}")
            statement = f"UPDATE mailings SET {column} = :kept WHERE id = {mailing.id}"
            kept = int(kept) if kept.isdecimal() else kept
            session.execute(sa.text(statement), {"kept": kept})


STORED: Lowering = instead(service, "save_draft", _mass_assignment)
LETTER = "/mailings/1/letter"
ANYWHERE = (
    f"SELECT count(*) FROM mailings WHERE purpose || subject || body || notice LIKE '%{OTHER}%'"
)
FIELDS: dict[str, tuple[dict[str, Any], str, Any, tuple[Also, ...]]] = {
    "a cc beside the letter": ({"cc": OTHER}, ANYWHERE, 1, ()),
    "a bcc beside the letter": ({"bcc": OTHER}, ANYWHERE, 1, ()),
    "recipients beside the letter": ({"to": OTHER}, ANYWHERE, 1, ()),
    "a state beside the letter": ({"state": "sending"}, STATE, "sending", ()),
    "another author beside the letter": (
        {"created_by": "2"},
        "SELECT created_by FROM mailings",
        2,
        (),
    ),
    "a mode that shows all recipients": (
        {"mode": "cc"},
        "SELECT mode FROM mailings",
        "cc",
        (Also(Barrier.SCHEMA, without_constraint("mailings", "ck_mailings_mode")),),
    ),
    "a batch where the office allows none": (
        {"mode": "batch"},
        "SELECT mode FROM mailings",
        "batch",
        (Also(Barrier.SCHEMA, without_guard("mailings", "batch_not_allowed_now")),),
    ),
}


# Another office's people


def other_office(world: World) -> None:
    """The office next door, with its mailbox and somebody who has every role in it."""
    if world.value("SELECT count(*) FROM offices WHERE id = 77"):
        return
    world.run(
        "INSERT INTO offices (id, bureau_id, name) VALUES (77, 1, 'となりの所')",
        MAILBOX,
        "INSERT INTO mailboxes (id, office_id, name, address) "
        "VALUES (77, 77, '別', 'other@office.example')",
        "INSERT INTO staff (id, login, name, password_hash, active) "
        "VALUES (77, 'tonari', '隣野', 'x', TRUE)",
        *next_door("author", "checker", "approver"),
    )


def stranger(world: World) -> Browser:
    """Somebody with every role in the office next door."""
    other_office(world)
    return world.browser(staff_id=77)


def _reads(path: str, sign: str = "{address}", *, sent: bool = False) -> Callable[[World], bool]:
    """The stranger's page shows what is not his office's."""

    def strike(world: World) -> bool:
        if sent:
            world.works(mails=1)
        numbers = {
            "delivery": world.value("SELECT max(id) FROM deliveries WHERE state = 'accepted'")
        }
        found = stranger(world).get(path.format(**numbers), follow_redirects=True)
        return sign.format(**world.ids).encode() in found.get_data()

    return strike


def _acts(path: str, given: Callable[[World], dict[str, Any]], result: str, wanted: Any) -> Any:
    """The stranger's post changes what is not his office's."""

    def strike(world: World) -> bool:
        sent = given(world)
        stranger(world).post(path, sent)
        return bool(world.value(result) == wanted)

    return strike


MAILING: Lowering = cut(service, "get_mailing", ", Mailing.office_id == actor.office.id")
EVENTS: Lowering = cut(events, "get_event", ", Event.office_id == actor.office.id")
FILES: Lowering = cut(events, "get_version", ", MaterialVersion.office_id == actor.office.id")
SENT: Lowering = cut(outbox, "as_sent", ", Delivery.office_id == actor.office.id")
NEXT_DOOR = (Also(Barrier.SCHEMA, without_guard("reviews", "no_role")),)
STRANGERS: dict[str, tuple[str, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "another office's mailing": ("submitted", _reads("/mailings/1"), MAILING, ()),
    "another office's preview": ("submitted", _reads("/mailings/1/preview"), MAILING, ()),
    "another office's check page": ("submitted", _reads("/mailings/1/check"), MAILING, ()),
    "another office's sending page": ("approved", _reads("/mailings/1/progress"), MAILING, ()),
    "another office's live numbers": (
        "approved",
        _reads("/mailings/1/progress.json", '"rows"'),
        MAILING,
        (),
    ),
    "another office's roster": ("submitted", _reads("/events/1/participants"), EVENTS, ()),
    "another office's event": (
        "submitted",
        _reads("/events/1", "当日スケジュール"),
        EVENTS,
        (),
    ),
    "another office's file": ("submitted", _reads("/materials/1", "%PDF"), FILES, ()),
    "another office's mail as sent": (
        "approved",
        _reads("/deliveries/{delivery}", "@himesato-anteisho.example", sent=True),
        SENT,
        (),
    ),
    "another office's mail as a file": (
        "approved",
        _reads("/deliveries/{delivery}.eml", "@himesato-anteisho.example", sent=True),
        SENT,
        (),
    ),
    "another office's approval": (
        "checked",
        _acts(
            "/mailings/1/approve",
            lambda w: {"digest": w.ids["digest"], "password": "x"},
            STATE,
            "sending",
        ),
        MAILING,
        (
            *NEXT_DOOR,
            Also(Barrier.FORMS, silent(reauth, "confirm", "")),
            Also(Barrier.SCHEMA, without_guard("reviews", "stranger_insert")),
        ),
    ),
    "another office's check": (
        "submitted",
        _acts(
            "/mailings/1/check/recipients",
            lambda w: {"digest": w.ids["digest"], "counted": COUNT},
            "SELECT count(*) FROM check_steps",
            1,
        ),
        MAILING,
        (
            Also(Barrier.SCHEMA, without_guard("check_steps", "no_role")),
            Also(Barrier.SCHEMA, without_guard("check_steps", "stranger_insert")),
        ),
    ),
    "another office's letter": (
        "meeting",
        _acts(
            LETTER,
            lambda w: letter(w, subject="別の件名"),
            "SELECT subject FROM mailings",
            "別の件名",
        ),
        MAILING,
        (Also(Barrier.SCHEMA, without_guard("mailing_editors", "stranger_insert")),),
    ),
}


ATTACKS = (
    *(
        Attack(
            Family.HTTP,
            Barrier.FORMS,
            name,
            posts("author", LETTER, lambda w, given=given: letter(w, **given), result, wanted),
            STORED,
            also,
            "meeting",
            leaves_nothing=True,
        )
        for name, (given, result, wanted, also) in FIELDS.items()
    ),
    *(
        Attack(
            Family.HTTP,
            Barrier.OFFICE_WALL,
            name,
            strike,
            lowered,
            also,
            level,
            leaves_nothing=True,
        )
        for name, (level, strike, lowered, also) in STRANGERS.items()
    ),
)
