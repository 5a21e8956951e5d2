"""The judge of the faults is judged: forged ledgers, and what it must say of each."""

from __future__ import annotations

import pytest

from eventmail.outbox.models import DeliveryState
from tests.faults import table
from tests.faults.ledger import Taken
from tests.faults.table import Row
from tests.faults.verdict import Told, Tried, judge

OFFICE, ONE, TWO = "office@hirono.example", "saiyo@aozora.example", "jinji@kure.example"
SENT = Tried("accepted", "d1")


def told(
    recipient: str = ONE,
    state: DeliveryState = DeliveryState.ACCEPTED,
    *attempts: Tried,
    name: str = "t1",
) -> Told:
    return Told(recipient, state, name, attempts or (SENT,))


def taken(
    recipient: str = ONE, name: str = "t1", digest: str = "d1", faults: tuple[str, ...] = ()
) -> Taken:
    return Taken(recipient, f"<{name}@hirono.example>", digest, 0.0, 1, faults)


COPY = told(OFFICE, DeliveryState.ACCEPTED, Tried("accepted", "d0"), name="t0")
COPY_TAKEN = taken(OFFICE, "t0", "d0")
UNCERTAIN = told(ONE, DeliveryState.UNCERTAIN, Tried("", "d1"))
LATER = Tried("deferred", "d0")

CLEAN = {
    "accepted and there": ([told()], [taken()]),
    "the address in other letters": ([told()], [taken(ONE.upper())]),
    "uncertain and there": ([UNCERTAIN], [taken()]),
    "uncertain and not there": ([UNCERTAIN], []),
    "refused": ([told(ONE, DeliveryState.REFUSED, Tried("refused", "d1"))], []),
    "withheld, never tried": ([Told(ONE, DeliveryState.WITHHELD, "t1")], []),
    "accepted at the second try": (
        [told(ONE, DeliveryState.ACCEPTED, LATER, SENT)],
        [taken()],
    ),
    "an alert for the office": ([], [taken(OFFICE, "alert", "d9")]),
}
LOST = {
    "accepted and not there": ([told()], []),
    "still queued": ([Told(ONE, DeliveryState.QUEUED, "t1")], []),
    "still claimed": ([told(ONE, DeliveryState.CLAIMED, Tried("", "d1"))], [taken()]),
    "still deferred": ([told(ONE, DeliveryState.DEFERRED, LATER)], []),
    "only under another's name": ([told(), told(TWO, name="t2")], [taken(), taken(ONE, "t2")]),
}
DOUBLED = {
    "the same mail twice": ([told()], [taken(), taken()]),
    "uncertain and there twice": ([UNCERTAIN], [taken(), taken()]),
    "the office's copy twice": ([], [COPY_TAKEN]),
}
WRONG = {
    "there, and said to be refused": (
        [told(ONE, DeliveryState.REFUSED, Tried("refused", "d1"))],
        [taken()],
        "has the mail and is refused",
    ),
    "there, and withheld": (
        [told(ONE, DeliveryState.WITHHELD, Tried("not_sent", "d1"))],
        [taken()],
        "has the mail and is withheld",
    ),
    "tried again after an open attempt": (
        [told(ONE, DeliveryState.ACCEPTED, Tried("", "d0"), SENT)],
        [taken()],
        "tried again",
    ),
    "tried again after an uncertain one": (
        [told(ONE, DeliveryState.ACCEPTED, Tried("uncertain", "d0"), SENT)],
        [taken()],
        "tried again",
    ),
    "tried again after it was taken": (
        [told(ONE, DeliveryState.ACCEPTED, Tried("accepted", "d0"), SENT)],
        [taken()],
        "tried again",
    ),
    "other bytes than were written down": ([told()], [taken(digest="d2")], "no attempt tells of"),
    "a mail of no delivery": ([told()], [taken(), taken(TWO, "t7")], "a mail of no delivery"),
    "what the judge of bytes saw": (
        [told()],
        [taken(faults=("mail 1: not exactly one To",))],
        "not exactly one To",
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_as_promised(name: str) -> None:
    deliveries, entries = CLEAN[name]
    found = judge([COPY, *deliveries], [COPY_TAKEN, *entries])
    assert found.clean, found


@pytest.mark.parametrize("name", LOST)
def test_a_lost_mail_is_seen(name: str) -> None:
    deliveries, entries = LOST[name]
    found = judge([COPY, *deliveries], [COPY_TAKEN, *entries])
    assert len(found.lost) == 1
    assert not found.clean


@pytest.mark.parametrize("name", DOUBLED)
def test_a_doubled_mail_is_seen(name: str) -> None:
    deliveries, entries = DOUBLED[name]
    found = judge([COPY, *deliveries], [COPY_TAKEN, *entries])
    assert len(found.doubled) == 1
    assert not found.clean


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_seen(name: str) -> None:
    deliveries, entries, words = WRONG[name]
    found = judge([COPY, *deliveries], [COPY_TAKEN, *entries])
    assert any(words in each for each in found.wrong), found
    assert not found.clean


def test_the_numbers_of_the_table_and_its_last_line() -> None:
    rows = [
        Row("one", "sqlite", 1, 3, judge([COPY, UNCERTAIN], [COPY_TAKEN]), 1.0),
        Row("two", "sqlite", 1, 4, judge([COPY, told()], [COPY_TAKEN]), 1.0, ("too slow",)),
    ]
    assert table.last_line(rows) == "4 mails, 7 kills: lost 1, doubled 0, uncertain 1"
    assert [each.clean for each in rows] == [True, False]
    assert rows[1].faults() == [f"two: lost: {ONE}", "two: too slow"]
    assert rows[1].cells == ("two", "sqlite", 1, 2, 4, 2, 0, 1, 0, 1, "1")
