"""BCC一括: chosen without leave, worded for one of many, showing one of them, or too large."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.orm import Session

from eventmail import cli_offices
from eventmail.addresses import EmailAddress
from eventmail.mailings import current, findings, service
from eventmail.mailings.findings import writing
from eventmail.mailings.models import SendMode
from eventmail.mailings.rendering import Press
from eventmail.offices.permissions import Actor
from eventmail.outbox import supply
from eventmail.wire import BlindBatch, Connection, Individual, Wording, gate
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.direct_sql_settings import ALLOWED, FORBIDDEN
from tests.attacks.letter_text import PEOPLE, TEXTS, overlooking
from tests.attacks.library_misuse import NO_BATCH, _shows_two
from tests.attacks.lowering import COMPOSE, both, cut, instead, silent, without_guard
from tests.attacks.reading import body, readable
from tests.attacks.sample import DATE, TOKEN, content, press_of
from tests.attacks.service_call import STATE, _draft, approve, check, save, submit
from tests.attacks.world import World
from tests.mailings import journey
from tests.wire.samples import AOZORA, IDENTITY, KURE, MIDORI, STAMP, mail, material

BATCH = BlindBatch((KURE, MIDORI))
UNKNOWN = EmailAddress.parse("shinki@nyumon.example")
NEW_BATCH = BlindBatch((UNKNOWN, MIDORI))
GOOD = mail(BATCH).content


def _shows(envelope: BlindBatch, text: str, files: tuple[Any, ...] = (), **said: str) -> Any:
    """A batch's mail shows an address to everybody who gets it."""

    def strike(world: World) -> bool:
        sent = mail(envelope, materials=files, **said).content
        return text in readable(world.sends(sent, files, envelope=envelope))

    return strike


KURE_TEXT, SHOWN = str(KURE), f"ご案内 {KURE}"
SHOWING: dict[str, Callable[[World], bool]] = {
    "a recipient in a batch's letter": _shows(BATCH, KURE_TEXT, body=SHOWN),
    "a recipient in a batch's subject": _shows(BATCH, KURE_TEXT, subject=SHOWN),
    "another participant in a batch's letter": _shows(BATCH, str(AOZORA), body=f"連絡先 {AOZORA}"),
    "a recipient in a batch's file": _shows(BATCH, KURE_TEXT, (material(SHOWN, "一覧.txt"),)),
    "a recipient in a batch's file name": _shows(BATCH, KURE_TEXT, (material("x", f"{KURE}.txt"),)),
    "a batch's recipient whom no roster knows": _shows(
        NEW_BATCH, str(UNKNOWN), body=f"連絡先 {UNKNOWN}"
    ),
    "a file naming a batch's recipient whom no roster knows": _shows(
        NEW_BATCH, str(UNKNOWN), (material(f"連絡先 {UNKNOWN}", "一覧.txt"),)
    ),
}


def _changed(old: bytes, new: bytes) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        assert GOOD.count(old) == 1
        sent = GOOD.replace(old, new)
        return world.sends(sent, envelope=BATCH) == sent

    return strike


TO = b"To: gakusotsu@hirono.example\r\nReply"
CHANGED: dict[str, tuple[Callable[[World], bool], Lowering]] = {
    "a batch addressed to one of it": (
        _changed(TO, b"To: jinji@kure-seiki.example\r\nReply"),
        PEOPLE,
    ),
    "a batch addressed to the replies": (
        _changed(TO, b"To: henshin@hirono.example\r\nReply"),
        PEOPLE,
    ),
    "a batch addressed to a group": (
        _changed(TO, b"To: undisclosed-recipients:;\r\nReply"),
        PEOPLE,
    ),
    "a Bcc in a batch": (
        _changed(b"MIME-Version", b"Bcc: jinji@kure-seiki.example\r\nMIME-Version"),
        overlooking(GOOD),
    ),
    "a delivery trace in a batch": (
        _changed(b"MIME-Version", b"Delivered-To: jinji@kure-seiki.example\r\nMIME-Version"),
        overlooking(GOOD),
    ),
}


def _automatic(envelope: Individual | BlindBatch) -> Callable[[World], bool]:
    """A participant's mail says that no person wrote it, and is answered by nobody."""

    def strike(world: World) -> bool:
        wording = Wording("ご案内", "本文\n", automatic=True)
        sent = COMPOSE.compose(IDENTITY, envelope, wording, (), STAMP).content
        return b"Auto-Submitted" in world.sends(sent, envelope=envelope)

    return strike


# One wording for all, and one for each, mixed up


def _single_of_batch(world: World) -> bool:
    """One company gets a mail of its own from a batch, with its own name in it."""
    made = content(mode="batch", subject="ご案内")
    press = press_of(made)
    first = made.recipients[0]
    world.hands_over(press.clear(press.compose(first, TOKEN, DATE), first))
    return "株式会社青空" in body(world.recorder.seen[-1].content)


def _batch_of_single(world: World) -> bool:
    """A letter to one is sent to all, with its fields unfilled."""
    made = content(subject="ご案内")
    press = press_of(made)
    world.hands_over(press.clear_batch(*press.compose_batch(made.recipients, TOKEN, DATE)))
    return len(world.recorder.seen[-1].rcpt_to) == 2


def _field(subject: str, text: str) -> Callable[[World], bool]:
    """A field that each recipient fills otherwise is taken, and sent as it is."""

    def strike(world: World) -> bool:
        made = content(mode="batch", subject=subject, body=text)
        if any(each.blocks for each in findings.of_content(made)):
            return False
        press = press_of(made)
        world.hands_over(press.clear_batch(*press.compose_batch(made.recipients, TOKEN, DATE)))
        return "}" in readable(world.recorder.seen[-1].content)

    return strike


FIELDS = {
    "the salutation in a batch": ("ご案内", "{宛名}\n本文"),
    "a company's name in a batch": ("ご案内", "{会社名} 御中"),
    "a contact's name in a batch's subject": ("{担当者名} 様", "本文"),
}


# How many at once


def _limit(said: str) -> Callable[[World], bool]:
    """A relay's word makes a transaction of nobody, or of more than the standard promises."""

    def strike(world: World) -> bool:
        world.recorder.extensions.append(f"LIMITS RCPTMAX={said}")
        with Connection(world.relay) as connection:
            return not 1 <= connection.most_recipients <= 100

    return strike


def _believing(connection: Any) -> int:
    said = connection._offered.offered.get("limits", "")
    found = re.search(r"RCPTMAX=(-?\d+)", said)
    return int(found[1]) if found else 10**9


LIMITS = {
    "of nobody": "0",
    "of less than nobody": "-5",
    "of everybody": "999999",
    "of more than a number holds": "9" * 40,
    "of no number": "many",
}
OPTION = next(each for each in cli_offices.set_batches.params if each.name == "size")


def _by_command(size: str) -> Callable[[World], bool]:
    def strike(_world: World) -> bool:
        try:
            made = cli_offices.set_batches.make_context("x", ["所", "yes", "--size", size])
        except click.UsageError:
            return False
        return made.params["size"] == int(size)

    return strike


# The office's leave

LETTER = (
    *ALLOWED,
    "UPDATE mailings SET mode = 'batch', subject = '資料', body = '資料をお送りします。'",
)
MODE = "SELECT mode FROM mailings ORDER BY id DESC"


def _choose(session: Session, actor: Actor, world: World) -> None:
    save(session, actor, world, mode=SendMode.BATCH)


def _begin(session: Session, actor: Actor, world: World) -> None:
    draft = _draft(world, session, mode=SendMode.BATCH)
    service.add_mailing(session, actor, world.event(session), draft)


def _taken_back(steps: int, who: str, call: Any, result: str, wanted: str) -> Any:
    """The office takes its leave back after so many steps (none: it never gave it)."""

    def strike(world: World) -> bool:
        if steps:
            world.run(*LETTER)
        for step in (journey.submit, journey.check)[: max(steps - 1, 0)]:
            step(world.database, world.people, 1)
        if steps:
            world.run(*FORBIDDEN)
        with world.database.writing() as session:
            call(session, getattr(world.people, who), world)
        return bool(world.value(result) == wanted)

    return strike


LEAVE: Lowering = both(
    silent(service, "batches_allowed", True), silent(current, "batches_allowed", True)
)


def _schema(table: str, name: str) -> tuple[Also, ...]:
    return (Also(Barrier.SCHEMA, without_guard(table, name)),)


TAKEN_BACK: dict[str, tuple[Callable[[World], bool], tuple[Also, ...]]] = {
    "a batch chosen without the office's leave": (
        _taken_back(0, "author", _choose, MODE, "batch"),
        _schema("mailings", "batch_not_allowed_now"),
    ),
    "a batch begun without the office's leave": (
        _taken_back(0, "author", _begin, MODE, "batch"),
        _schema("mailings", "batch_not_allowed"),
    ),
    "a batch submitted after the leave was taken back": (
        _taken_back(1, "author", submit, STATE, "checking"),
        _schema("snapshots", "batch_not_allowed"),
    ),
    "a batch checked after the leave was taken back": (
        _taken_back(2, "checker", check, STATE, "approving"),
        (),
    ),
    "a batch approved after the leave was taken back": (
        _taken_back(3, "approver", approve, STATE, "sending"),
        (),
    ),
}


def _withdrawn(world: World) -> bool:
    """Who withdrew after the approval is in the batch all the same."""
    world.run(*LETTER)
    for step in (journey.submit, journey.check, journey.approve):
        step(world.database, world.people, 1)
    world.__dict__.pop("ids", None)  # there is a snapshot now
    world.run("UPDATE participants SET status = 'withdrawn' WHERE id = {participant}")
    return any(world.ids["address"] in mail.partition("\n")[0] for mail in world.works())


ATTACKS = (
    *(Attack(Family.LETTER, Barrier.GATE, name, strike, TEXTS) for name, strike in SHOWING.items()),
    *(
        Attack(Family.MISUSE, Barrier.GATE, name, strike, lowered)
        for name, (strike, lowered) in CHANGED.items()
    ),
    *(
        Attack(
            Family.MISUSE,
            Barrier.GATE,
            f"a notice of the service's own to {name}",
            _automatic(envelope),
            silent(gate, "_check_automatic"),
        )
        for name, envelope in {"a participant": Individual(AOZORA), "a batch": BATCH}.items()
    ),
    Attack(
        Family.MISUSE,
        Barrier.ENVELOPE_TYPE,
        "one recipient twice in a batch, once in capitals",
        _shows_two(lambda: BlindBatch((AOZORA, EmailAddress("SAIYO", "aozora.example")))),
        NO_BATCH,
    ),
    Attack(
        Family.MISUSE,
        Barrier.COMPOSER,
        "a mail to one from a batch",
        _single_of_batch,
        cut(Press, "compose", "self.content.is_batch", "False"),
    ),
    Attack(
        Family.MISUSE,
        Barrier.COMPOSER,
        "a batch from a mailing to each",
        _batch_of_single,
        cut(Press, "compose_batch", "not self.content.is_batch", "False"),
    ),
    *(
        Attack(
            Family.MERGE,
            Barrier.FINDINGS,
            name,
            _field(*said),
            silent(writing, "_batch_fields", ()),
        )
        for name, said in FIELDS.items()
    ),
    *(
        Attack(
            Family.CONFIGURATION,
            Barrier.TRANSPORT,
            f"a relay that asks for batches {name}",
            _limit(said),
            instead(Connection, "most_recipients", property(_believing)),
        )
        for name, said in LIMITS.items()
    ),
    *(
        Attack(
            Family.CONFIGURATION,
            Barrier.CONFIGURATION,
            f"batches of {size} at once, by command",
            _by_command(size),
            instead(OPTION, "type", click.INT),
        )
        for size in ("0", "101", "-1")
    ),
    *(
        Attack(Family.SERVICE, Barrier.OFFICE_LEAVE, name, strike, LEAVE, also, "meeting")
        for name, (strike, also) in TAKEN_BACK.items()
    ),
    Attack(
        Family.SERVICE,
        Barrier.OUTBOX,
        "a company in a batch that withdrew after the approval",
        _withdrawn,
        instead(supply, "welcome", lambda _, ids: set(ids)),
        level="meeting",
    ),
)
