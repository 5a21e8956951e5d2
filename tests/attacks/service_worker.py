"""What a worker would do that lost its claim, its approval or its senses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.mailings.models import MailingState
from eventmail.outbox import job, ledger, sending, supply
from eventmail.outbox import service as outbox
from eventmail.outbox.limits import Policy
from eventmail.outbox.watch import Watch
from eventmail.outbox.window import Window
from eventmail.wire import Connection
from tests.attacks.lowering import (
    drop_guard,
)
from tests.attacks.world import World
from tests.outbox import hands


def worker_without_approval(world: World) -> bool:
    """The worker is called for a snapshot whose rows were queued without an approval."""
    drop_guard(world, "dispatches", "unapproved")
    with world.database.writing() as session:
        outbox.start(session, world.snapshot(session))
        world.mailing(session).state = MailingState.SENDING
    return bool(world.works())


def withdrawn(statement: str) -> Callable[[World], bool]:
    """Who withdrew or moved after the approval is mailed all the same."""

    def strike(world: World) -> bool:
        world.run(statement)
        return any(mail.startswith(world.ids["address"]) for mail in world.works())

    return strike


def sent_twice(world: World) -> bool:
    """A worker that lost its claim sends the mail that another has sent already."""
    world.run("UPDATE deliveries SET due_at = '2099-01-01 00:00:00+00:00' WHERE NOT first_copy")
    world.works(mails=1)
    world.run("UPDATE deliveries SET due_at = {now} WHERE state = 'queued'")
    snapshot_id = world.ids["snapshot"]
    with (
        Connection(world.relay) as connection,
        Watch(world.database, snapshot_id, Policy("relay"), threading.Event()) as watch,
    ):
        made = job.prepare(world.database, snapshot_id)
        stock = supply.Supply(made, Policy("relay"), watch, "late", first_copy=False)
        late = Window(stock, connection)
        stock.turn()
        stock.make_claimed()
        world.run("UPDATE deliveries SET lease_until = {now} WHERE state = 'claimed'")
        with world.database.writing() as session:
            ledger.reclaim_lapsed(session)
        sending.run(world.database, world.relay, snapshot_id)
        for outcome in connection.send_all(late.mails()):
            late.note(outcome)
    return sum(mail.startswith(world.ids["address"]) for mail in world.received) == 2


def any_claim(session: Session, _worker: str, ids: Sequence[int]) -> dict[int, int]:
    query = sa.select(ledger.Delivery.id, ledger.Delivery.attempts)
    query = query.where(ledger.Delivery.id.in_(ids))
    return {key: attempts for key, attempts in session.execute(query)}


def queued_again(world: World) -> bool:
    """A mail that may have arrived is taken up again when its worker's time is over."""
    with world.database.writing() as session:
        (taken,) = hands.claim(session, world.ids["snapshot"], "dead", 1)
        hands.hand_over(session, taken, "dead")
    world.run("UPDATE deliveries SET lease_until = {now} WHERE state = 'claimed'")
    with world.database.writing() as session:
        ledger.reclaim_lapsed(session)
    return bool(world.value(f"SELECT state FROM deliveries WHERE id = {taken}") == "queued")


def without_first_copy(world: World) -> bool:
    """The office's own copy is refused, and the companies are mailed all the same."""
    world.recorder.script("RCPT", "550 no such mailbox")
    return any(mail.startswith(world.ids["address"]) for mail in world.works())
