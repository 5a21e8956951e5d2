"""A mailing that was stopped, sent on past its halt; and the alerts that tell the office of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from eventmail.alerts import sending as alert_mail
from eventmail.alerts import service as alerts
from eventmail.events import service as events
from eventmail.mailings import current, freezing
from eventmail.mailings.freezing import office_addresses
from eventmail.mailings.models import Mailing
from eventmail.mailings.review import Deed
from eventmail.mailings.snapshot import Recipient
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox import exposure, ledger, sending
from eventmail.outbox import service as outbox
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.browser import Browser
from tests.attacks.direct_sql_mails import ACCEPTED, AGAIN, ATTEMPT, BLANK, ERASURE, STOPPED
from tests.attacks.direct_sql_rows import LET_GO
from tests.attacks.forged_snapshot import UNCHECKED
from tests.attacks.http_form import MAILING, stranger
from tests.attacks.letter_text import TEXTS
from tests.attacks.lowering import (
    cut,
    drop_guards,
    instead,
    silent,
    without_constraint,
    without_guard,
)
from tests.attacks.service_call import (
    NO_ROLE,
    OTHER_PEOPLE,
    REPLACED,
    SAME_PERSON,
    SAME_STEP,
    STATE,
    SUBJECT,
    S,
    _withdraw,
    approve,
    role,
    row,
    save,
    say_yes,
    submit,
)
from tests.attacks.template_injection import SCRIPT, _no_escaping
from tests.attacks.world import World

WITHHELD = "UPDATE deliveries SET state = 'withheld' WHERE state = 'queued'"
CLAIMED = "UPDATE deliveries SET state = 'claimed', claimed_by = 'x' WHERE contact_id = {contact}"
HALTED = (WITHHELD, STOPPED)
IN_FLIGHT = ATTEMPT.replace("{now}, {now}, 'refused'", "{now}, NULL, ''")


def _after(
    before: tuple[str, ...], who: str, call: Any, result: str, wanted: Any
) -> Callable[[World], bool]:
    """One service call after these statements; reached if the rows then say ``wanted``."""

    def strike(world: World) -> bool:
        world.run(*before)
        with world.database.writing() as session:
            call(session, getattr(world.people, who), world)
        return bool(world.value(result) == wanted)

    return strike


def _take_up(session: Session, actor: Actor, world: World) -> None:
    outbox.take_up_again(session, actor, world.mailing(session))


def _take_up_and_submit(session: Session, actor: Actor, world: World) -> None:
    _take_up(session, actor, world)
    submit(session, actor, world)


TWICE = (OTHER_PEOPLE, SAME_STEP, SAME_PERSON, REPLACED, NO_ROLE)
SNAPSHOTS = "SELECT count(*) FROM snapshots"
# name: (who, what, what the rows say then, wanted, the transition that is missing, also)
TURNS: dict[str, tuple[str, Any, str, Any, Lowering, tuple[Also, ...]]] = {
    "edited": ("author", save, SUBJECT, 1, row(S.HALTED, Deed.EDIT, S.DRAFT), ()),
    "submitted": ("author", submit, SNAPSHOTS, 2, row(S.HALTED, Deed.SUBMIT, S.CHECKING), ()),
    "withdrawn": ("author", _withdraw, STATE, "draft", row(S.HALTED, Deed.WITHDRAW, S.DRAFT), ()),
    "checked": (
        "checker",
        say_yes,
        STATE,
        "approving",
        row(S.HALTED, Deed.PASS_CHECK, S.APPROVING),
        TWICE,
    ),
    "approved": (
        "approver",
        approve,
        STATE,
        "sending",
        row(S.HALTED, Deed.APPROVE, S.SENDING),
        TWICE,
    ),
}
UNFINISHED: Lowering = cut(
    outbox, "take_up_again", "not finish_if_done(session, snapshot)", "False"
)
REACHED = Also(Barrier.SCHEMA, without_guard("snapshot_recipients", "reached"))
IN_SECOND = (
    "SELECT count(*) FROM snapshot_recipients WHERE snapshot_id <> {snapshot} "
    "AND address = '{address}'"
)
NEW_ROW = (
    ACCEPTED,
    "UPDATE contacts SET active = FALSE WHERE id = {contact}",
    AGAIN.replace("FALSE", "TRUE"),
)


def _everybody(session: Session, mailing: Mailing) -> Any:
    rows = events.addressee_rows(session, mailing.event, freezing._AS_RECIPIENT)
    return tuple(Recipient(*row) for row in rows)


FORGOTTEN: Lowering = instead(current, "audience", _everybody)


def _state_moved_back(world: World) -> bool:
    """A halted mailing is said to be sending again; its old snapshot is given to a worker."""
    with world.database.writing() as session:
        outbox.halt(session, world.snapshot(session), "test", "止めました。")
    world.run("UPDATE mailings SET state = 'sending'")
    sending.run(world.database, world.relay, world.ids["snapshot"])
    return bool(world.recorder.seen)


def _past_the_way_out(world: World) -> bool:
    """A halted mailing is made a draft by hand, so that nobody writes down whom it has reached."""
    world.run(ACCEPTED, WITHHELD, "UPDATE mailings SET state = 'draft'")
    with world.database.writing() as session:
        submit(session, world.people.author, world)
    return bool(world.value(IN_SECOND) == 1)


def _erased(world: World) -> bool:
    """A mailing is stopped, erased in part and sent on."""
    world.run(
        STOPPED,
        ERASURE,
        f"{BLANK} WHERE contact_id = {{other_contact}}",
        "UPDATE mailings SET state = 'sending'",
    )
    return bool(world.works(mails=1))


def _certified(world: World) -> bool:
    """What was sent is exchanged before it is looked through; the record says it is as sent."""
    world.works(mails=1)
    drop_guards(world, "attempts")
    world.run("UPDATE attempts SET head = (SELECT head FROM attempts ORDER BY id LIMIT 1)")
    with world.database.reading() as session:
        snapshot = world.snapshot(session)
        office = office_addresses(session, snapshot.office_id, snapshot.event_id)
        looks = list(exposure.look_through(session, snapshot, office))
    return all(each.readable for each in looks)


# By the pages


@contextmanager
def _also_by_link(world: World, endpoint: str) -> Iterator[None]:
    """The page acts when it is opened, as links in mails do."""
    app = world.browser().app
    (rule,) = app.url_map.iter_rules(endpoint)
    assert rule.methods is not None
    before = set(rule.methods)
    rule.methods.add("GET")
    try:
        yield
    finally:
        rule.methods.clear()
        rule.methods.update(before)


def _by_link(endpoint: str) -> Lowering:
    return lambda world: _also_by_link(world, endpoint)


def _raised(world: World, sentence: str = "止めました。") -> int:
    """The office has an alert."""
    with world.database.writing() as session:
        box = world.event(session).reply_to
        return alerts.raise_alert(session, box, "test", "mailing:1", sentence).id


SEEN = "SELECT count(*) FROM alerts WHERE seen_at IS NOT NULL"


def _dismissed(visit: Callable[[World], Browser], *, link: bool = False) -> Any:
    """An alert leaves the pages, and nobody who may has seen to it."""

    def strike(world: World) -> bool:
        path = f"/alerts/{_raised(world)}/seen"
        browser = visit(world)
        browser.get(path) if link else browser.post(path)
        return bool(world.value(SEEN))

    return strike


def _takes_up(visit: Callable[[World], Browser], *, link: bool = False) -> Any:
    def strike(world: World) -> bool:
        world.run(*HALTED)
        browser, path = visit(world), "/mailings/1/take-up-again"
        browser.get(path) if link else browser.post(path)
        return bool(world.value(STATE) == "draft")

    return strike


def _read_next_door(world: World) -> bool:
    """Another office's alert stands on the stranger's page."""
    _raised(world, "となりには秘密です。")
    return "となりには秘密です。" in stranger(world).page("/")


def _script(world: World) -> bool:
    _raised(world, SCRIPT)
    return SCRIPT in world.browser("approver").source("/")


def _address_mailed(world: World) -> bool:
    """The office's shared mailbox gets a participant's address in an alert."""
    _raised(world, f"{world.ids['address']} へ送信できませんでした。")
    alert_mail.send_due(world.database, lambda *_: world.relay)
    return any(world.ids["address"] in mail for mail in world.received)


def _as(who: str) -> Callable[[World], Browser]:
    return lambda world: world.browser(who)


DISMISSING = role(Action.SEE_TO_ALERT)
ALERTS: Lowering = cut(alerts, "see_to", ", Alert.office_id == actor.office.id")
SHOWN: Lowering = cut(alerts, "_open", "Alert.office_id == office, ")
# name: (barrier, level, strike, lowered, also)
PAGES: dict[str, tuple[Barrier, str, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "an alert dismissed by a link": (
        Barrier.FORMS,
        "meeting",
        _dismissed(_as("approver"), link=True),
        _by_link("alerts.see_to"),
        (),
    ),
    "a halted mailing taken up by a link": (
        Barrier.FORMS,
        "approved",
        _takes_up(_as("author"), link=True),
        _by_link("mailings.take_up_again"),
        (),
    ),
    "another office's halted mailing taken up": (
        Barrier.OFFICE_WALL,
        "approved",
        _takes_up(stranger),
        MAILING,
        (),
    ),
    "another office's alert dismissed": (
        Barrier.OFFICE_WALL,
        "meeting",
        _dismissed(stranger),
        ALERTS,
        (Also(Barrier.SCHEMA, without_constraint("alerts", "fk_alerts_office_id_seen_by")),),
    ),
    "another office's alert read": (Barrier.OFFICE_WALL, "meeting", _read_next_door, SHOWN, ()),
    "an alert dismissed by the author": (
        Barrier.PERMISSION_TABLE,
        "meeting",
        _dismissed(_as("author")),
        DISMISSING,
        (),
    ),
    "an alert dismissed by the checker": (
        Barrier.PERMISSION_TABLE,
        "meeting",
        _dismissed(_as("checker")),
        DISMISSING,
        (),
    ),
    "a script in an alert": (Barrier.PAGES, "meeting", _script, _no_escaping, ()),
}
OTHERS: dict[str, tuple[Barrier, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "a halted mailing taken up by the checker": (
        Barrier.PERMISSION_TABLE,
        _after(HALTED, "checker", _take_up, STATE, "draft"),
        role(Action.EDIT_MAILING),
        (),
    ),
    "a halted mailing taken up by the approver": (
        Barrier.PERMISSION_TABLE,
        _after(HALTED, "approver", _take_up, STATE, "draft"),
        role(Action.EDIT_MAILING),
        (),
    ),
    "a mailing taken up while it is sent": (
        Barrier.REVIEW_TABLE,
        _after((WITHHELD,), "author", _take_up, STATE, "draft"),
        row(S.SENDING, Deed.TAKE_UP_AGAIN, S.DRAFT),
        (),
    ),
    "a mailing taken up while a mail is on its way": (
        Barrier.OUTBOX,
        _after((LET_GO, CLAIMED, IN_FLIGHT, *HALTED), "author", _take_up, STATE, "draft"),
        UNFINISHED,
        (),
    ),
    "a second mail to whom the halted mailing reached": (
        Barrier.OUTBOX,
        _after((ACCEPTED, *HALTED), "author", _take_up_and_submit, IN_SECOND, 1),
        FORGOTTEN,
        (REACHED,),
    ),
    "a second mail to a reached address in a new row": (
        Barrier.OUTBOX,
        _after((*NEW_ROW, *HALTED), "author", _take_up_and_submit, IN_SECOND, 1),
        FORGOTTEN,
        (REACHED,),
    ),
    "a halted mailing whose state is moved back": (
        Barrier.OUTBOX,
        _state_moved_back,
        silent(ledger, "end_rest"),
        (),
    ),
    "a halted mailing made a draft by hand": (
        Barrier.SCHEMA,
        _past_the_way_out,
        REACHED.lowered,
        (),
    ),
    "an erased snapshot sent on": (
        Barrier.SNAPSHOT_DIGEST,
        _erased,
        UNCHECKED,
        (Also(Barrier.SCHEMA, without_guard("erasures", "in_use")),),
    ),
    "a record of mails that were exchanged": (
        Barrier.SNAPSHOT_DIGEST,
        _certified,
        cut(exposure, "_look", "sha256_of(*content) == attempt.digest", "True"),
        (),
    ),
    "an address in the mail of an alert": (Barrier.GATE, _address_mailed, TEXTS, ()),
}

ATTACKS = (
    *(
        Attack(
            Family.SERVICE,
            Barrier.REVIEW_TABLE,
            f"a halted mailing {name}",
            _after((STOPPED,), who, call, result, wanted),
            lowered,
            also,
            "approved",
        )
        for name, (who, call, result, wanted, lowered, also) in TURNS.items()
    ),
    *(
        Attack(Family.SERVICE, barrier, name, strike, lowered, also, "approved")
        for name, (barrier, strike, lowered, also) in OTHERS.items()
    ),
    *(
        Attack(Family.HTTP, barrier, name, strike, lowered, also, level)
        for name, (barrier, level, strike, lowered, also) in PAGES.items()
    ),
)
