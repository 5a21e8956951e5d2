"""Services called directly, by somebody without the role or out of turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from eventmail import sample
from eventmail.events import service as events
from eventmail.events.service import EventFacts
from eventmail.mailings import checking, deciding, review, service
from eventmail.mailings.models import MailingState
from eventmail.mailings.review import Deed, Transition
from eventmail.offices.permissions import ALLOWED, EVERY_ROLE, Action, Actor
from eventmail.roster import jobs
from eventmail.roster import service as roster
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import (
    both,
    silent,
    without_constraint,
    without_guard,
)
from tests.attacks.world import World
from tests.spreadsheet.sheets import HEADER, xlsx

COUNT = 30


def calls(
    who: str, call: Callable[[Session, Actor, World], object], result: str, wanted: Any = True
) -> Callable[[World], bool]:
    """One service call in one transaction; reached if the rows then say ``wanted``."""

    def strike(world: World) -> bool:
        with world.database.writing() as session:
            call(session, getattr(world.people, who), world)
        return bool(world.value(result) == wanted)

    return strike


def submit(session: Session, actor: Actor, world: World) -> None:
    service.submit(session, actor, world.mailing(session))


def check(session: Session, actor: Actor, world: World) -> None:
    sample.look_through(session, actor, world.mailing(session))


def say_yes(session: Session, actor: Actor, world: World) -> None:
    """The checker's yes alone, after his tasks."""
    digest = world.snapshot(session).digest
    service.check(session, actor, world.mailing(session), digest)


def approve(session: Session, actor: Actor, world: World) -> None:
    digest = world.snapshot(session).digest
    service.approve(session, actor, world.mailing(session), digest)


def _give_back(session: Session, actor: Actor, world: World) -> None:
    digest = world.snapshot(session).digest
    service.give_back(session, actor, world.mailing(session), digest, "理由")


def _withdraw(session: Session, actor: Actor, world: World) -> None:
    service.withdraw(session, actor, world.mailing(session))


def _draft(world: World, session: Session, **changes: Any) -> service.Draft:
    mailing = world.mailing(session)
    draft = service.Draft(
        mailing.purpose,
        "別の件名",
        mailing.body,
        frozenset(),
        mailing.version,
        expected_count=COUNT,
    )
    return dataclasses.replace(draft, **changes)


def save(session: Session, actor: Actor, world: World, **changes: Any) -> None:
    draft = _draft(world, session, **changes)
    service.save_draft(session, actor, world.mailing(session), draft)


def _add(session: Session, actor: Actor, world: World) -> None:
    service.add_mailing(session, actor, world.event(session), _draft(world, session))


def put(session: Session, actor: Actor, world: World) -> None:
    events.put_material(session, actor, world.event(session), "別の資料.pdf", b"%PDF-1.4 x")


def _remove(session: Session, actor: Actor, world: World) -> None:
    event = world.event(session)
    events.remove_material(session, actor, event, events.shelf(session, event)[0].id)


def facts(world: World, session: Session, **changes: Any) -> EventFacts:
    """The event's facts with changes."""
    event = world.event(session)
    found = EventFacts(**{name: getattr(event, name) for name in EventFacts.__slots__})
    return dataclasses.replace(found, **changes)


def _change_event(session: Session, actor: Actor, world: World) -> None:
    changed = facts(world, session, place="別の会場")
    events.change_event(session, actor, world.event(session), changed)


def _import(session: Session, actor: Actor, world: World) -> None:
    event = world.event(session)
    content = xlsx([HEADER, ("攻撃社", "", "spy@evil.example")])
    upload = roster.upload(session, actor, event, "名簿.xlsx", content)
    jobs.run(jobs.in_session(session), upload.id, lambda *_: [])
    roster.confirm(session, actor, upload, upload.stamp)
    jobs.run(jobs.in_session(session), upload.id, lambda *_: [])


STATE = "SELECT state FROM mailings"
SUBJECT = "SELECT count(*) FROM mailings WHERE subject = '別の件名'"


def role(action: Action) -> Lowering:
    """Everybody may."""
    return lambda _world: row_replaced(ALLOWED, action, EVERY_ROLE)


@contextmanager
def row_replaced(table: dict[Any, Any], key: Any, value: Any) -> Iterator[None]:
    """One row of a table is another for a while."""
    before = table.copy()
    table[key] = value
    try:
        yield
    finally:
        table.clear()
        table.update(before)


OTHER_PEOPLE = Also(
    Barrier.FOUR_EYES,
    both(
        silent(deciding, "require_other_person"),
        silent(checking, "require_other_person"),
    ),
)
NO_ROLE = Also(
    Barrier.SCHEMA,
    both(without_guard("reviews", "no_role"), without_guard("check_steps", "no_role")),
)
OWN_MAILING = Also(
    Barrier.SCHEMA,
    both(without_guard("reviews", "own_mailing"), without_guard("check_steps", "own_mailing")),
)
# name: (who, what, what the rows say then, wanted, level, action, also)
ROLES: dict[str, tuple[str, Any, str, Any, str, Action, tuple[Also, ...]]] = {
    "a checker writes the letter": (
        "checker",
        save,
        SUBJECT,
        1,
        "meeting",
        Action.EDIT_MAILING,
        (),
    ),
    "an approver begins a mailing": (
        "approver",
        _add,
        SUBJECT,
        1,
        "meeting",
        Action.EDIT_MAILING,
        (),
    ),
    "a checker submits": (
        "checker",
        submit,
        STATE,
        "checking",
        "meeting",
        Action.EDIT_MAILING,
        (),
    ),
    "an approver withdraws": (
        "approver",
        _withdraw,
        STATE,
        "draft",
        "submitted",
        Action.EDIT_MAILING,
        (),
    ),
    "an approver checks": (
        "approver",
        check,
        STATE,
        "approving",
        "submitted",
        Action.CHECK,
        (NO_ROLE,),
    ),
    "an author checks": (
        "author",
        check,
        STATE,
        "approving",
        "submitted",
        Action.CHECK,
        (OTHER_PEOPLE, OWN_MAILING, NO_ROLE),
    ),
    "an author approves": (
        "author",
        approve,
        STATE,
        "sending",
        "checked",
        Action.APPROVE,
        (OTHER_PEOPLE, OWN_MAILING, NO_ROLE),
    ),
    "an approver returns from the check": (
        "approver",
        _give_back,
        STATE,
        "draft",
        "submitted",
        Action.CHECK,
        (NO_ROLE,),
    ),
    "a checker puts a file on the shelf": (
        "checker",
        put,
        "SELECT count(*) FROM materials",
        3,
        "meeting",
        Action.EDIT_MATERIALS,
        (),
    ),
    "an approver takes a file off the shelf": (
        "approver",
        _remove,
        "SELECT count(*) FROM materials WHERE removed",
        1,
        "meeting",
        Action.EDIT_MATERIALS,
        (),
    ),
    "a checker changes the event": (
        "checker",
        _change_event,
        "SELECT place FROM events",
        "別の会場",
        "meeting",
        Action.EDIT_EVENT,
        (),
    ),
    "an approver imports a roster": (
        "approver",
        _import,
        "SELECT count(*) FROM contacts WHERE address = 'spy@evil.example'",
        1,
        "meeting",
        Action.IMPORT_ROSTER,
        (),
    ),
}


def row(state: MailingState, deed: Deed, to: MailingState) -> Lowering:
    """The table of transitions gets one more row."""
    same = next(t for (_, d), t in review.TRANSITIONS.items() if d is deed)
    new = Transition(to, same.needs, same.step, same.decision)
    return lambda _world: row_replaced(review.TRANSITIONS, (state, deed), new)


S = MailingState
UNCHECKED = Also(Barrier.SCHEMA, without_guard("reviews", "unchecked"))
REPLACED = Also(Barrier.SCHEMA, without_guard("reviews", "replaced"))
SAME_STEP = Also(Barrier.SCHEMA, without_constraint("reviews", "uq_reviews_snapshot_id_step"))
SAME_PERSON = Also(Barrier.SCHEMA, without_constraint("reviews", "uq_reviews_snapshot_id_staff_id"))
TURNS: dict[str, tuple[str, Any, str, Any, str, Lowering, tuple[Also, ...]]] = {
    "an approval without the check": (
        "approver",
        approve,
        STATE,
        "sending",
        "submitted",
        row(S.CHECKING, Deed.APPROVE, S.SENDING),
        (UNCHECKED,),
    ),
    "a second check in place of the approval": (
        "checker",
        say_yes,
        STATE,
        "sending",
        "checked",
        row(S.APPROVING, Deed.PASS_CHECK, S.SENDING),
        (OTHER_PEOPLE, SAME_STEP, SAME_PERSON, REPLACED, NO_ROLE),
    ),
    "an approval that is given twice": (
        "approver",
        approve,
        "SELECT count(*) FROM reviews",
        3,
        "approved",
        row(S.SENDING, Deed.APPROVE, S.SENDING),
        (OTHER_PEOPLE, SAME_STEP, SAME_PERSON, REPLACED, NO_ROLE),
    ),
    "a mailing edited while it is sent": (
        "author",
        save,
        SUBJECT,
        1,
        "approved",
        row(S.SENDING, Deed.EDIT, S.SENDING),
        (),
    ),
    "a mailing submitted again while it is sent": (
        "author",
        submit,
        "SELECT count(*) FROM snapshots",
        2,
        "approved",
        row(S.SENDING, Deed.SUBMIT, S.CHECKING),
        (),
    ),
    "a mailing withdrawn while it is sent": (
        "author",
        _withdraw,
        STATE,
        "draft",
        "approved",
        row(S.SENDING, Deed.WITHDRAW, S.DRAFT),
        (),
    ),
}


ATTACKS = (
    *(
        Attack(
            Family.SERVICE,
            Barrier.PERMISSION_TABLE,
            name,
            calls(who, call, result, wanted),
            role(action),
            also,
            level,
            leaves_nothing=True,
        )
        for name, (who, call, result, wanted, level, action, also) in ROLES.items()
    ),
    *(
        Attack(
            Family.SERVICE,
            Barrier.REVIEW_TABLE,
            name,
            calls(who, call, result, wanted),
            lowered,
            also,
            level,
            leaves_nothing=True,
        )
        for name, (who, call, result, wanted, level, lowered, also) in TURNS.items()
    ),
)
