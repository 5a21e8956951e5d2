"""Services called directly, where something changed behind them or was forged before."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from eventmail.events import service as events
from eventmail.mailings import checking, deciding, freezing, service
from eventmail.mailings.models import MailingState
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.outbox import job, ledger, sending, standing, supply
from eventmail.outbox import service as outbox
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.direct_sql_settings import MAILBOX, RENAMED, second_role
from tests.attacks.lowering import (
    both,
    cut,
    instead,
    silent,
    without_constraint,
    without_guard,
)
from tests.attacks.service_call import (
    COUNT,
    OTHER_PEOPLE,
    OWN_MAILING,
    REPLACED,
    SAME_PERSON,
    STATE,
    approve,
    calls,
    check,
    facts,
    put,
    save,
    submit,
)
from tests.attacks.service_worker import (
    any_claim,
    queued_again,
    sent_twice,
    withdrawn,
    without_first_copy,
    worker_without_approval,
)
from tests.attacks.world import World

DELIVERIES = "SELECT count(*) FROM deliveries"


def _start(session: Session, _actor: Actor, world: World) -> None:
    outbox.start(session, world.snapshot(session))


def _self_approval(world: World) -> bool:
    """The author has the approver's role as well."""
    world.run(*second_role("{author}", "author", "approver"))
    return _as_fresh(world, "author", approve) == "sending"


def _check_and_approve(world: World) -> bool:
    """The checker has the approver's role as well."""
    world.run(*second_role("{checker}", "checker", "approver"))
    return _as_fresh(world, "checker", approve) == "sending"


def _roster_author(world: World) -> bool:
    """Who put a file on the shelf of the mailing checks it."""
    world.run(*second_role("{checker}", "checker", "author"))
    _as_fresh(world, "checker", put)
    _as_fresh(world, "author", submit)
    return _as_fresh(world, "checker", check) == "approving"


def _as_fresh(world: World, who: str, call: Callable[[Session, Actor, World], object]) -> Any:
    """The call with the person's roles as they are stored now; then the mailing's state."""
    old = getattr(world.people, who)
    with world.database.writing() as session:
        call(session, Actor(session.get_one(Staff, old.id), old.office), world)
    return world.value(STATE)


def _foreign_actor(world: World) -> bool:
    """Somebody works in an office in which he has no role."""
    world.run("INSERT INTO offices (id, bureau_id, name) VALUES (77, 1, '別の所')")
    staff = world.people.author.staff
    other = type(world.people.author.office)(id=77, bureau_id=1, name="別の所")
    with world.database.writing() as session:
        events.add_event(session, Actor(staff, other), facts(world, session))
    return bool(world.value("SELECT count(*) FROM events WHERE office_id = 77"))


def _foreign_mailbox(world: World) -> bool:
    """An event sends as another office's mailbox."""
    _other_office(world)
    with world.database.writing() as session:
        changed = facts(world, session, sender_id=77)
        events.change_event(session, world.people.author, world.event(session), changed)
    return bool(world.value("SELECT sender_id FROM events") == 77)


def _other_office(world: World) -> None:
    world.run(
        "INSERT INTO offices (id, bureau_id, name) VALUES (77, 1, '別の所')",
        MAILBOX,
        "INSERT INTO mailboxes (id, office_id, name, address) "
        "VALUES (77, 77, '別', 'other@office.example')",
    )


def _stale(world: World) -> bool:
    """Two authors have the draft open; the second saves over what the first wrote."""
    with world.database.writing() as session:
        version = world.mailing(session).version
        save(session, world.people.author, world, subject="先に保存した件名")
    with world.database.writing() as session:
        save(session, world.people.author, world, version=version)
    return bool(world.value("SELECT subject FROM mailings") == "別の件名")


def _unseen(world: World) -> bool:
    """The checker says yes without having counted, opened or read anything."""
    with world.database.writing() as session:
        digest = world.snapshot(session).digest
        deciding.check(session, world.people.checker, world.mailing(session), digest)
    return bool(world.value(STATE) == "approving")


def _miscounted(world: World) -> bool:
    with world.database.writing() as session:
        digest = world.snapshot(session).digest
        checking.count(session, world.people.checker, world.mailing(session), digest, COUNT - 1)
    return bool(world.value("SELECT counted FROM check_steps") == COUNT - 1)


def _behind_the_reviewers(*statements: str) -> Callable[[World], bool]:
    """Something changes between check and approval without anybody being told."""

    def strike(world: World) -> bool:
        world.run(*statements)
        return _as_fresh(world, "approver", approve) == "sending"

    return strike


def _frozen_by_hand(world: World) -> bool:
    """A snapshot is frozen past the findings, with a text that the draft does not have."""
    author = world.people.author
    with world.database.writing() as session:
        mailing = world.mailing(session)
        content = service.draft_content(session, mailing)
        forged = dataclasses.replace(content, body="まったく別の本文")
        freezing.freeze(session, author, mailing, forged)
        mailing.state = MailingState.CHECKING
    return _as_fresh(world, "checker", check) == "approving"


EVERYBODY_WELCOME: Lowering = instead(supply, "welcome", lambda _, ids: set(ids))
MOVED = "UPDATE contacts SET address = 'a@b.jp', address_key = 'a@b.jp' WHERE id = {contact}"
IS_CURRENT: Lowering = silent(deciding, "is_current", True)
OTHERS: dict[str, tuple[Barrier, str, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "an author who is approver too": (
        Barrier.FOUR_EYES,
        "checked",
        _self_approval,
        OTHER_PEOPLE.lowered,
        (OWN_MAILING,),
    ),
    "a checker who is approver too": (
        Barrier.FOUR_EYES,
        "checked",
        _check_and_approve,
        OTHER_PEOPLE.lowered,
        (SAME_PERSON, REPLACED),
    ),
    "a checker who put the file on the shelf": (
        Barrier.FOUR_EYES,
        "meeting",
        _roster_author,
        silent(service, "contributors", set()),
        (),
    ),
    "a role in another office": (
        Barrier.PERMISSION_TABLE,
        "meeting",
        _foreign_actor,
        instead(Staff, "roles_in", lambda self, _office: frozenset(Role)),
        (
            Also(Barrier.OFFICE_WALL, silent(events, "_require_own_mailboxes")),
            Also(Barrier.SCHEMA, without_constraint("events", "fk_events_sender")),
            Also(Barrier.SCHEMA, without_constraint("events", "fk_events_reply_to")),
            Also(Barrier.SCHEMA, without_constraint("events", "fk_events_office_id_created_by")),
        ),
    ),
    "another office's mailbox as sender": (
        Barrier.OFFICE_WALL,
        "meeting",
        _foreign_mailbox,
        silent(events, "_require_own_mailboxes"),
        (Also(Barrier.SCHEMA, without_constraint("events", "fk_events_sender")),),
    ),
    "an old version saved over a new one": (
        Barrier.REVIEW_TABLE,
        "meeting",
        _stale,
        cut(service, "begin_edit", "version != mailing.version", "False"),
        (),
    ),
    "a check without a look": (
        Barrier.REVIEW_TABLE,
        "submitted",
        _unseen,
        cut(deciding, "check", "if found.missing", "if False"),
        (Also(Barrier.SCHEMA, without_guard("reviews", "unseen")),),
    ),
    "a check with a wrong count": (
        Barrier.REVIEW_TABLE,
        "submitted",
        _miscounted,
        cut(checking, "count", "counted != snapshot.recipient_count", "False"),
        (Also(Barrier.SCHEMA, without_guard("check_steps", "nothing_such")),),
    ),
    "an address changed before the approval": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        _behind_the_reviewers(MOVED),
        IS_CURRENT,
        (),
    ),
    "a company withdrawn before the approval": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        _behind_the_reviewers(
            "UPDATE participants SET status = 'withdrawn' WHERE id = {participant}"
        ),
        IS_CURRENT,
        (),
    ),
    "the letter changed before the approval": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        _behind_the_reviewers("UPDATE mailings SET body = body || '追記'"),
        IS_CURRENT,
        (),
    ),
    "the mailbox's name changed before the approval": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        _behind_the_reviewers(*RENAMED),
        IS_CURRENT,
        (),
    ),
    "a file off the shelf before the approval": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        _behind_the_reviewers("UPDATE materials SET removed = TRUE"),
        IS_CURRENT,
        (),
    ),
    "a snapshot frozen by hand": (
        Barrier.SNAPSHOT_DIGEST,
        "meeting",
        _frozen_by_hand,
        IS_CURRENT,
        (),
    ),
    "the worker called without an approval": (
        Barrier.SNAPSHOT_DIGEST,
        "checked",
        worker_without_approval,
        cut(job, "_is_approved", " and passed == {(step, digest) for step in Step}"),
        (),
    ),
    "sending started without an approval": (
        Barrier.SCHEMA,
        "checked",
        calls("approver", _start, DELIVERIES, COUNT + 1),
        without_guard("dispatches", "unapproved"),
        (),
    ),
    "a company that withdrew after the approval": (
        Barrier.OUTBOX,
        "approved",
        withdrawn("UPDATE participants SET status = 'withdrawn' WHERE id = {participant}"),
        EVERYBODY_WELCOME,
        (),
    ),
    "a contact that left after the approval": (
        Barrier.OUTBOX,
        "approved",
        withdrawn("UPDATE contacts SET active = FALSE WHERE id = {contact}"),
        EVERYBODY_WELCOME,
        (),
    ),
    "an address given up after the approval": (
        Barrier.OUTBOX,
        "approved",
        withdrawn(MOVED),
        EVERYBODY_WELCOME,
        (),
    ),
    "one mail sent twice": (
        Barrier.OUTBOX,
        "approved",
        sent_twice,
        both(
            instead(ledger, "_held", any_claim),
            cut(standing, "judge", "(found.finished_at, Hold.FINISHED),"),
        ),
        (
            Also(Barrier.SCHEMA, without_guard("attempts", "not_now")),
            Also(Barrier.SCHEMA, without_guard("attempts", "beside_another")),
        ),
    ),
    "a mail that may have arrived, queued again": (
        Barrier.OUTBOX,
        "approved",
        queued_again,
        cut(
            ledger,
            "_judge_claims",
            "uncertain, queued = DeliveryState.UNCERTAIN, DeliveryState.QUEUED",
            "uncertain = queued = DeliveryState.QUEUED",
        ),
        (),
    ),
    "the companies mailed without the office's copy": (
        Barrier.OUTBOX,
        "approved",
        without_first_copy,
        both(
            silent(sending, "_require_first_copy"),
            cut(standing, "judge", "found.released_at is None", "False"),
        ),
        (Also(Barrier.SCHEMA, without_guard("attempts", "not_now")),),
    ),
}

ATTACKS = tuple(
    Attack(Family.SERVICE, barrier, name, strike, lowered, also, level)
    for name, (barrier, level, strike, lowered, also) in OTHERS.items()
)
