"""A batch is for many: nobody may be seen in it, and no field can be anybody's own."""

from __future__ import annotations

from collections.abc import Callable

from eventmail.addresses import EmailAddress
from eventmail.mailings import findings
from eventmail.mailings.findings import writing
from eventmail.wire import BlindBatch, Individual, Wording, gate
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.letter_text import PEOPLE, TEXTS
from tests.attacks.lowering import COMPOSE, silent
from tests.attacks.reading import body, header, shows
from tests.attacks.sample import DATE, TOKEN, content, press_of
from tests.attacks.world import World
from tests.wire.samples import AOZORA, AOZORA_TOO, IDENTITY, KURE, STAMP, mail

OTHER = str(KURE)
BATCH = BlindBatch((AOZORA, KURE))
ALSO_TEXTS = (Also(Barrier.GATE, TEXTS),)


def _in_batch(text: str, batch: BlindBatch = BATCH) -> Callable[[World], bool]:
    """All recipients of a batch read an address."""

    def strike(world: World) -> bool:
        received = world.sends(mail(batch, body=f"ご案内 {text}").content, envelope=batch)
        return text in body(received) and len(world.recorder.seen[-1].rcpt_to) > 1

    return strike


def _to_one(world: World) -> bool:
    """The batch's mail shows one of its recipients in To."""
    received = world.sends(mail(Individual(AOZORA)).content, envelope=BATCH)
    return str(AOZORA) in header(received, "To") and len(world.recorder.seen[-1].rcpt_to) == 2


def _all_in_to(world: World) -> bool:
    """The batch's mail shows all of them in To, as a mail program would."""
    shown = f"To: {AOZORA}, {KURE}".encode()
    listed = mail(BATCH).content.replace(f"To: {IDENTITY.address}".encode(), shown, 1)
    return shows(header(world.sends(listed, envelope=BATCH), "To"))


def _field_in_batch(_world: World) -> bool:
    """A batch with a field for the name goes to all with the bare field."""
    made = content(mode="batch", body="{会社名} 御中")
    if any(each.blocks for each in findings.of_content(made)):
        return False
    composed, _ = press_of(made).compose_batch(made.recipients, TOKEN, DATE)
    return "{会社名}" in body(composed.content)


def _automatic(world: World) -> bool:
    """A company gets what says that no person wrote it, as the office's own notices do."""
    wording = Wording("ご案内", "本文", automatic=True)
    composed = COMPOSE.compose(IDENTITY, Individual(AOZORA), wording, (), STAMP)
    return "auto-generated" in header(world.sends(composed.content), "Auto-Submitted")


STRANGER = EmailAddress.parse("new@shinki.example")
BATCHES: dict[str, tuple[Barrier, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "a recipient's address in a batch": (Barrier.GATE, _in_batch(str(AOZORA)), TEXTS, ()),
    "a colleague's address in a batch": (Barrier.GATE, _in_batch(str(AOZORA_TOO)), TEXTS, ()),
    "a recipient whom no roster knows, in a batch": (
        Barrier.GATE,
        _in_batch(str(STRANGER), BlindBatch((AOZORA, STRANGER))),
        TEXTS,
        (),
    ),
    "one recipient of a batch in To": (Barrier.GATE, _to_one, PEOPLE, ()),
    "all recipients of a batch in To": (Barrier.GATE, _all_in_to, PEOPLE, ()),
    "a field for the name in a batch": (
        Barrier.FINDINGS,
        _field_in_batch,
        silent(writing, "_batch_fields", ()),
        (),
    ),
    "a notice of the service to a company": (
        Barrier.GATE,
        _automatic,
        silent(gate, "_check_automatic"),
        (),
    ),
}

ATTACKS = tuple(
    Attack(Family.LETTER, barrier, name, strike, lowered, also)
    for name, (barrier, strike, lowered, also) in BATCHES.items()
)
