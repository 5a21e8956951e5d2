"""A relay that refuses, loses, stalls, throttles, or is not there."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from eventmail.outbox import control
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, RelayPace
from tests.faults.scenarios import Scenario
from tests.faults.world import WIDTH, World

NAME, PASSWORD = "office", "correct horse"
WATCHED = 4.0  # seconds
LATER = {
    "GREETING": "421 4.3.2 not now",
    "EHLO": "451 4.3.0 later",
    "MAIL": "451 4.3.0 later",
    "RCPT": "450 4.2.1 mailbox busy",
    "DATA": "451 4.3.0 later",
    "DOT": "452 4.3.1 no room",
}
NEVER: dict[str, dict[str, Any]] = {
    "MAIL": {"words": "550 5.7.1 no", "times": 3},
    "RCPT": {"words": "550 5.1.1 no such user", "only": "7@"},
    "DATA": {"words": "554 5.3.0 no", "only": "4@"},
    "DOT": {"words": "554 5.6.0 no", "only": "2@"},
}
LOSSES = (
    ("EHLO", "garbage", 0.05), ("MAIL", "drop", 0.02), ("RCPT", "long", 0.01),
    ("DATA", "garbage", 0.02), ("CONTENT", "drop", 0.03), ("DOT", "drop", 0.03),
    ("TAKEN", "drop", 0.03), ("TAKEN", "garbage", 0.02), ("TAKEN", "long", 0.02),
    ("DOT", "hang", 0.01), ("TAKEN", "hang", 0.01), ("RCPT", "stall", 0.02),
)  # fmt: skip


def _later(found: World) -> None:
    """4xx at each verb: in the end each has one mail."""
    for verb, words in LATER.items():
        found.sink.rule(verb, "say", words=words, share=0.1, seed=found.dice.getrandbits(32))
    found.finish()
    _expect(found, uncertain=0, refused=0)


def _never(found: World) -> None:
    """5xx at each verb, for some recipients, who are not tried again."""
    for verb, how in NEVER.items():
        found.sink.rule(verb, "say", **how)
    found.finish()
    _expect(found, uncertain=0)
    again = found.count(Delivery.state == DeliveryState.REFUSED, Delivery.attempts != 1)
    if again:
        found.remarks.append(f"{again} refused mails were tried again")
    if not found.count(Delivery.state == DeliveryState.REFUSED):
        found.remarks.append("nobody was refused")


def lose(found: World) -> None:
    """From now on connections are lost at every place, and some replies are none."""
    for at, do, share in LOSSES:
        seed, wait = found.dice.getrandbits(32), 0.3 if do == "stall" else 2.5
        found.sink.rule(at, do, share=share, seed=seed, seconds=wait)


def _losses(found: World) -> None:
    """Nothing else goes wrong."""
    lose(found)
    found.finish()
    if not found.uncertain_ids():
        found.remarks.append("nothing is uncertain, so nothing was lost after the dot")


def _greylisting(found: World) -> None:
    """Everybody is told to come again, and does."""
    found.sink.rule("RCPT", "say", words="451 4.7.1 Greylisted, come again", once=True)
    found.finish()
    _expect(found, uncertain=0, refused=0)


def _down(found: World) -> None:
    """For an hour, of which the waits are cut short."""
    found.until_settled(20)
    found.look()
    found.sink.tell(down=True)
    found.hurrying = False
    found.until(lambda: _resting(found))
    time.sleep(1)  # the other connections notice as well
    found.look()
    before = _attempts(found)
    time.sleep(WATCHED)
    if _attempts(found) != before:
        found.remarks.append("a relay that is away was tried again and again")
    found.sink.tell(down=False)
    found.hurrying = True
    found.finish()
    _expect(found, refused=0)
    if len(found.uncertain_ids()) > WIDTH * 2 * 2:
        found.remarks.append("more is uncertain than was in hand")


def _closing(found: World) -> None:
    """421 after every seven mails: a new connection is due, and nothing else."""
    found.sink.set(close_after=7)
    found.finish()
    _expect(found, uncertain=0, refused=0)


def _moody(found: World) -> None:
    """Its limits change while we send."""
    moods = (
        {"connections": 1}, {"connections": 3, "pipelining": False}, {"recipients": 3},
        {"per_minute": 10}, {"per_minute": None, "recipients": 2, "connections": None},
        {"size": 50_000, "close_after": 3}, {"recipients": None, "close_after": None},
    )  # fmt: skip
    for number, mood in enumerate(moods):
        found.sink.set(**mood)
        few, share = mood.get("per_minute") is not None, 20 + number * 10
        found.until(lambda few=few, share=share: _moved_on(found, few, share), 20)  # type: ignore[misc]
    found.finish()
    _expect(found, uncertain=0, refused=0)


def _moved_on(found: World, few: bool, share: int) -> bool:
    """So many are settled; or, of a relay that takes few a minute, some were put off."""
    return found.settled() > share or (few and found.sink.tell(count=True)["put_off"] > 0)


def _credentials(found: World) -> None:
    """Refused once, nobody tries again until a person has seen to it."""
    found.sink.set(users={NAME: "another one"})
    found.approve()
    found.run(2)
    found.until(lambda: _blocked(found))
    time.sleep(WATCHED)
    tries = len(found.sink.tell(count=True)["sign_ins"])
    found.notes.append(f"wrong credentials: {tries} sign-in for {found.count()} mails")
    if tries > len(found.workers) + len(found.others):  # at most one each, none for a mail
        found.remarks.append(f"{tries} sign-ins with credentials that were refused")
    found.sink.set(users={NAME: PASSWORD})
    with found.database.writing() as session:
        place = session.scalars(sa.select(RelayPace.place)).one()
        control.connect_again(session, found.person(session, "approver"), place)
    found.finish()
    _expect(found, uncertain=0, refused=0)


def _expect(found: World, **numbers: int) -> None:
    for state, number in numbers.items():
        counted = found.count(Delivery.state == DeliveryState(state))
        if counted != number:
            found.remarks.append(f"{counted} {state}, not {number}")


def _resting(found: World) -> bool:
    with found.database.reading() as session:
        return bool(session.scalar(sa.select(RelayPace.setbacks)))


def _blocked(found: World) -> bool:
    with found.database.reading() as session:
        return session.scalar(sa.select(RelayPace.blocked_at)) is not None


def _attempts(found: World) -> int:
    with found.database.reading() as session:
        return session.scalars(sa.select(sa.func.count(Attempt.id))).one()


SCENARIOS = (
    Scenario("relay says 4xx at each verb", _later),
    Scenario("relay says 5xx at each verb to some", _never),
    Scenario("connections lost, stalls, garbage", _losses),
    Scenario("greylisting", _greylisting),
    Scenario("relay down for a while", _down),
    Scenario("relay closes after 7 mails", _closing),
    Scenario("relay changes its limits", _moody, mails=120),
    Scenario("relay changes its limits, batches", _moody, batch=10),
    Scenario(
        "wrong credentials",
        _credentials,
        settings={"mail_username": NAME, "mail_password": PASSWORD},
        begins=False,
    ),
)
