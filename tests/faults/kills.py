"""``kill -9`` of workers at random points, and a new one in the place of each."""

from __future__ import annotations

import time

import sqlalchemy as sa

from eventmail.mailings.models import MailingState
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from tests.faults.relay import lose
from tests.faults.scenarios import Scenario
from tests.faults.world import World

LONGEST_WAIT = 0.25
ENOUGH = 0.97  # by then the last kill comes


def killing(workers: int, mails: int, kills: int, *, batch: int = 0) -> Scenario:
    """The main one: so many kills over so many mails."""
    return Scenario(
        name="kill -9 of workers" + (", batches" if batch else ""),
        act=lambda found: _act(found, mails, kills),
        mails=mails,
        workers=workers,
        batch=batch,
        pace=0.005 * workers,
        settings={"mail_lanes": 2 if workers == 1 else 1},
    )


def _act(found: World, mails: int, kills: int) -> None:
    strike(found, mails, kills)
    found.finish()
    only_of_the_killed(found)
    if found.kills < kills:
        found.remarks.append(f"only {found.kills} of {kills} kills")


def _and_losses(found: World) -> None:
    """Killed while the relay loses connections, both at once."""
    lose(found)
    strike(found, found.count(), found.count() // 15)
    found.finish()


def _first_copy(found: World) -> None:
    """Killed while the office's own copy is on its way: then a person must look, nobody else."""
    found.approve()
    found.run(2)
    found.until(lambda: _on_its_way(found))
    for each in list(found.workers):
        found.kill(each)
    found.finish()
    wrong = found.count(~Delivery.first_copy, Delivery.state != DeliveryState.WITHHELD)
    wrong += found.count(Delivery.first_copy, Delivery.state != DeliveryState.UNCERTAIN)
    if wrong:
        found.remarks.append(f"{wrong} mails went on without the office's copy")


def _on_its_way(found: World) -> bool:
    query = sa.select(Attempt.id).where(Attempt.settled_at.is_(None))
    with found.database.reading() as session:
        return session.scalar(query) is not None


def strike(found: World, mails: int, kills: int) -> None:
    """Spread the kills over the mails; which worker and when exactly, the dice say."""
    for number in range(kills):
        found.until_settled(int(mails * ENOUGH * number / kills))
        time.sleep(found.dice.uniform(0, LONGEST_WAIT) * found.dice.random())
        found.kill(found.dice.choice(found.workers))


def only_of_the_killed(found: World) -> None:
    """What is uncertain was in the hand of somebody when he was killed; nothing else is."""
    strange = found.uncertain_ids() - found.in_hand
    if strange:
        found.remarks.append(f"uncertain without a kill: {sorted(strange)[:5]}")


SCENARIOS = (
    Scenario("kill -9 while connections are lost", _and_losses, mails=300),
    Scenario(
        "kill -9 during the first copy",
        _first_copy,
        mails=30,
        pace=3.0,
        begins=False,
        ends=MailingState.HALTED,
        settings={"mail_timeout": 10.0},
    ),
)
