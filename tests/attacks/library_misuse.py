"""A programmer's tricks with our own library: hand-made values, objects that lie, raw bytes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from eventmail.addresses import EmailAddress
from eventmail.wire import (
    BlindBatch,
    Cleared,
    Identity,
    Individual,
    gate,
    lines,
    recipients_of,
    transport,
)
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.letter_text import GOOD, PEOPLE, STAMP, TEXTS, overlooking
from tests.attacks.lowering import COMPOSE, instead, silent
from tests.attacks.reading import header, shows
from tests.attacks.world import World
from tests.wire import samples
from tests.wire.samples import AOZORA, IDENTITY, KNOWLEDGE, KURE, OFFICE, REPLIES, mail
from tests.wire.smuggling import MUTATIONS

OTHER = str(KURE)
TO_AOZORA = Individual(AOZORA)


def passed() -> Cleared:
    """A good mail, cleared for its one recipient."""
    return gate.inspect(GOOD, TO_AOZORA, IDENTITY, KNOWLEDGE, ())


def forge(thing: Any, **changes: Any) -> Any:
    """Change a frozen value from below."""
    for name, value in changes.items():
        object.__setattr__(thing, name, value)
    return thing


def _handed(make: Callable[[], Any]) -> Callable[[World], bool]:
    """Something the gate did not clear as it is now is taken by the transport and received."""

    def strike(world: World) -> bool:
        world.hands_over(make())
        return bool(world.recorder.seen)

    return strike


def _out_of_nothing() -> Any:
    return forge(object.__new__(Cleared), sender=OFFICE, envelope=Individual(KURE), pieces=(GOOD,))


def _by_subclass() -> Any:
    made = type("Own", (Cleared,), {"__post_init__": lambda self, seal: None})
    return made(OFFICE, Individual(KURE), (GOOD,), seal=None)


OTHERS_MAIL = mail(body=f"ご案内 {OTHER}").content
HANDED: dict[str, Callable[[], Any]] = {
    "bytes instead of a cleared mail": lambda: SimpleNamespace(
        sender=OFFICE,
        envelope=TO_AOZORA,
        content=OTHERS_MAIL,
        pieces=(OTHERS_MAIL,),
        size=len(OTHERS_MAIL),
    ),
    "a cleared mail made without its constructor": _out_of_nothing,
    "a cleared mail of a subclass": _by_subclass,
    "the text of a cleared mail exchanged": lambda: forge(passed(), pieces=(OTHERS_MAIL,)),
    "the envelope of a cleared mail exchanged": lambda: forge(passed(), envelope=Individual(KURE)),
    "a batch in place of the one recipient": lambda: forge(
        passed(), envelope=BlindBatch((AOZORA, KURE))
    ),
    "the sender of a cleared mail exchanged": lambda: forge(passed(), sender=KURE),
}


def _recipient_changed(world: World) -> bool:
    """The recipient inside the envelope is changed after the gate, and gets another's mail."""
    to = EmailAddress.parse(str(AOZORA))
    own = Individual(to)
    cleared = gate.inspect(GOOD, own, IDENTITY, KNOWLEDGE, ())
    forge(to, local="jinji", domain="kure-seiki.example")
    world.hands_over(cleared)
    return world.recorder.seen[-1].rcpt_to == (OTHER,)


ANY_SEAL: Lowering = silent(Cleared, "__post_init__")
ANY_MAIL = Also(Barrier.TRANSPORT, silent(transport, "is_as_cleared", True))
BY_HAND: dict[str, tuple[Callable[[], Any], Lowering]] = {
    "a cleared mail without the seal": (
        lambda: Cleared(OFFICE, Individual(KURE), (GOOD,), seal=None),
        ANY_SEAL,
    ),
    "a cleared mail with a seal of one's own": (
        lambda: Cleared(OFFICE, Individual(KURE), (GOOD,), seal=object()),
        ANY_SEAL,
    ),
    "a cleared mail with another text": (
        lambda: dataclasses.replace(passed(), pieces=(OTHERS_MAIL,), seal=None),
        ANY_SEAL,
    ),
    "a cleared mail copied": (
        lambda: copy.copy(passed()),
        instead(Cleared, "__reduce__", object.__reduce__),
    ),
    "a cleared mail copied to its depth": (
        lambda: copy.deepcopy(passed()),
        instead(Cleared, "__reduce__", object.__reduce__),
    ),
    "a cleared mail from a file": (
        lambda: pickle.loads(pickle.dumps(passed())),
        instead(Cleared, "__reduce__", object.__reduce__),
    ),
}


class Two(EmailAddress):
    """One address that writes itself as two."""

    __slots__ = ()

    @property
    def wire(self) -> str:
        return f"{self}, {OTHER}"


class Chameleon(EmailAddress):
    """An address that equals every other, and is another one each time it is asked."""

    asked = 0

    @property
    def wire(self) -> str:
        type(self).asked += 1
        return str(AOZORA) if type(self).asked < 2 else OTHER

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(AOZORA)


class LyingTuple(tuple[Any, ...]):
    """A tuple that shows one recipient to who counts and another to who sends."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        return iter((AOZORA, KURE))


def _shows_two(make: Callable[[], Any]) -> Callable[[World], bool]:
    """An envelope that is neither one recipient nor a proper batch is written into a mail."""

    def strike(_world: World) -> bool:
        made = make()
        composed = COMPOSE.compose(IDENTITY, made, samples.WORDING, (), samples.STAMP)
        return shows(header(composed.content, "To")) or len([*recipients_of(made)]) != 1

    return strike


NO_INDIVIDUAL: Lowering = silent(Individual, "__post_init__")
NO_BATCH: Lowering = silent(BlindBatch, "__post_init__")
TEXT_AS_ADDRESS = SimpleNamespace(wire=f"{AOZORA}, {OTHER}")
ENVELOPES: dict[str, tuple[Callable[[], Any], Lowering]] = {
    "an address that writes itself as two": (
        lambda: Individual(Two("saiyo", "aozora.example")),
        NO_INDIVIDUAL,
    ),
    "a stand-in with two addresses": (lambda: Individual(TEXT_AS_ADDRESS), NO_INDIVIDUAL),  # type: ignore[arg-type]
    "a list as batch": (lambda: BlindBatch([AOZORA, KURE]), NO_BATCH),  # type: ignore[arg-type]
    "a set as batch": (lambda: BlindBatch({AOZORA, KURE}), NO_BATCH),  # type: ignore[arg-type]
    "a tuple that lies about its length": (lambda: BlindBatch(LyingTuple((AOZORA,))), NO_BATCH),
    "texts as a batch": (lambda: BlindBatch((str(AOZORA), OTHER)), NO_BATCH),  # type: ignore[arg-type]
    "an empty batch": (lambda: BlindBatch(()), NO_BATCH),
    "one recipient twice in a batch": (lambda: BlindBatch((AOZORA, AOZORA)), NO_BATCH),
    "a batch of more than a relay takes": (
        lambda: BlindBatch(tuple(EmailAddress(f"a{n}", "x.example") for n in range(101))),
        NO_BATCH,
    ),
}


def _inspected(make: Callable[[], Any], *, identity: Any = IDENTITY) -> Callable[[World], bool]:
    """Somebody other than the one recipient is written to, with the gate's consent."""

    def strike(world: World) -> bool:
        who = identity() if callable(identity) else identity
        world.hands_over(gate.inspect(GOOD, make(), who, KNOWLEDGE, ()))
        (received,) = world.recorder.seen
        return received.rcpt_to != (str(AOZORA),) or received.mail_from != str(OFFICE)

    return strike


class Many(Individual):
    """One recipient for the gate, and another for the transport."""

    __slots__ = ()


class Fake:
    """Says that it is an Individual."""

    __match_args__ = ("to",)

    def __init__(self) -> None:
        self.asked = 0

    @property
    def __class__(self) -> type:  # type: ignore[override]
        return Individual

    @property
    def to(self) -> EmailAddress:
        self.asked += 1
        return AOZORA if self.asked < 2 else KURE


def _chameleon() -> Any:
    Chameleon.asked = 1
    return forge(
        object.__new__(Individual),
        to=forge(object.__new__(Chameleon), local="saiyo", domain="aozora.example"),
    )


def _lying_sender() -> Any:
    Chameleon.asked = 1
    liar = forge(object.__new__(Chameleon), local="gakusotsu", domain="hirono.example")
    return Identity(IDENTITY.name, liar, REPLIES)


ANY_ENVELOPE: Lowering = silent(gate, "_check_envelope")
INSPECTED: dict[str, tuple[Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "two recipients for a mail to one": (
        _inspected(lambda: BlindBatch((AOZORA, KURE))),
        PEOPLE,
        (Also(Barrier.GATE, TEXTS),),
    ),
    "the mail of one in the envelope of another": (
        _inspected(lambda: Individual(KURE)),
        PEOPLE,
        (Also(Barrier.GATE, TEXTS),),
    ),
    "an object that says it is an envelope": (_inspected(Fake), ANY_ENVELOPE, (ANY_MAIL,)),
    "a subclass of the envelope": (
        _inspected(lambda: Many(KURE)),
        ANY_ENVELOPE,
        (Also(Barrier.GATE, PEOPLE), Also(Barrier.GATE, TEXTS)),
    ),
    "an address that equals every other": (_inspected(_chameleon), ANY_ENVELOPE, (ANY_MAIL,)),
    "a sender that equals every other": (
        _inspected(lambda: TO_AOZORA, identity=_lying_sender),
        PEOPLE,
        (ANY_MAIL,),
    ),
}


def _changed(change: Callable[[bytes], bytes]) -> Callable[[World], bool]:
    """Other bytes than those that were composed are cleared for sending."""

    def strike(_world: World) -> bool:
        written = change(GOOD)
        assert written != GOOD
        return gate.inspect(written, TO_AOZORA, IDENTITY, KNOWLEDGE, ()).content == written

    return strike


def _lowering_of(rule: str) -> Lowering:
    if rule in ("to", "sender", "reply_to"):
        return PEOPLE
    return STAMP if rule in ("date", "message_id") else overlooking(GOOD)


SMUGGLED = (
    f".\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{OTHER}>\r\nDATA\r\nSubject: x\r\n\r\nhello\r\n.\r\n"
)


def _smuggles(world: World) -> bool:
    """The relay takes a line of the mail for its end, and what follows for commands."""
    content = GOOD + SMUGGLED.encode()
    with overlooking(GOOD)(world):
        cleared = gate.inspect(content, TO_AOZORA, IDENTITY, KNOWLEDGE, ())
    world.hands_over(cleared)
    return world.recorder.seen[0].content == GOOD


NOT_DOUBLED: Lowering = instead(lines, "_dots_doubled", lambda pieces, _: pieces)

ATTACKS = (
    *(
        Attack(
            Family.MISUSE,
            Barrier.TRANSPORT,
            name,
            _handed(make),
            ANY_MAIL.lowered,
        )
        for name, make in HANDED.items()
    ),
    Attack(
        Family.MISUSE,
        Barrier.TRANSPORT,
        "the recipient changed after the gate",
        _recipient_changed,
        ANY_MAIL.lowered,
    ),
    *(
        Attack(Family.MISUSE, Barrier.GATE, name, _handed(make), lowered, (ANY_MAIL,))
        for name, (make, lowered) in BY_HAND.items()
    ),
    *(
        Attack(Family.MISUSE, Barrier.ENVELOPE_TYPE, name, _shows_two(make), lowered)
        for name, (make, lowered) in ENVELOPES.items()
    ),
    *(
        Attack(Family.MISUSE, Barrier.GATE, name, strike, lowered, also)
        for name, (strike, lowered, also) in INSPECTED.items()
    ),
    *(
        Attack(
            Family.MISUSE,
            Barrier.GATE,
            f"bytes changed behind the composer, {name}",
            _changed(change),
            _lowering_of(rule),
            (Also(Barrier.GATE, TEXTS),) if rule == "sender" else (),
        )
        for name, (rule, change) in MUTATIONS.items()
    ),
    Attack(
        Family.MISUSE,
        Barrier.TRANSPORT,
        "a second mail behind a line with a dot",
        _smuggles,
        NOT_DOUBLED,
    ),
)
