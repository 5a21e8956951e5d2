"""Something dies by ``kill -9`` in the middle of a sending, and a service manager starts it again.

The relay is the faults' own: its ledger says which mails it has taken, and the faults' verdict
holds it against the rows (``docs/faults.md``).
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise

import sqlalchemy as sa

from benchmarks.delivery import prepare
from benchmarks.delivery.wire import free_port
from benchmarks.scale.keeper import Keeper, Visitor
from benchmarks.scale.town import LANES, Town, copied
from eventmail.audit.keys import open_database
from eventmail.database import Database
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch
from eventmail.outbox.pace import WIDTH
from tests.faults import verdict
from tests.faults.handles import FaultySink
from tests.faults.verdict import Verdict

WORKERS, WEBS = 2, 2
AT_ONCE = 3.0  # a silence that begins later than this after a death has another cause
AWAY = 2.0  # seconds that PostgreSQL stays away
STRIKES = ("worker", "web", "database")


@dataclass(frozen=True)
class Terms:
    """``pace``: seconds that the relay takes over a mail; ``restart``: until it is started anew."""

    mails: int
    pace: float
    restart: float
    lease: int


@dataclass(frozen=True)
class Failed:
    """What a death did, in seconds after it.

    ``silence`` is the longest time without a mail that began with it, ``back`` when every web
    process answered again, ``unsettled`` when the last mail that was in hand had a fate or was in
    the queue again, ``over`` the end of the sending. ``refused`` counts what a web process that
    lived did not answer.
    """

    name: str
    silence: float
    back: float
    unsettled: float
    over: float
    refused: int
    restarts: int
    verdict: Verdict
    most_uncertain: int

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing doubled, and no more uncertain than the dead had in hand."""
        few = self.verdict.uncertain <= self.most_uncertain
        return self.verdict.clean and few and not self.refused


class Scene:
    """A sending under way, with two workers and two web processes."""

    def __init__(self, stack: ExitStack, town: Town, terms: Terms) -> None:
        self.town, self.terms = town, terms
        url = copied(town, terms.mails)
        ledger = town.folder / f"ledger-{time.time_ns()}.jsonl"
        stack.callback(ledger.unlink, missing_ok=True)
        self.sink = stack.enter_context(FaultySink(ledger, town.ground.here))
        self.sink.set(pace=terms.pace)
        made = town.settings(url, self.sink.port, WORKERS, lease_seconds=terms.lease)
        self.database: Database = open_database(made)
        stack.callback(self.database.dispose)
        self.keeper = Keeper(town, terms.restart)
        stack.callback(self.keeper.end)
        places = town.ground.places
        self.workers = [self.keeper.start("worker", made, places[n]) for n in range(WORKERS)]
        pages = [
            replace(made, host=place.address, port=free_port())
            for place in places[WORKERS : WORKERS + WEBS]
        ]
        self.webs = [
            self.keeper.start("web", each, place)
            for each, place in zip(pages, places[WORKERS:], strict=False)
        ]
        self.visitors = [stack.enter_context(Visitor(each)) for each in pages]
        self.snapshot_id = 0

    def begin(self) -> None:
        """Approve, and wait until both workers are in the middle of it."""
        self.keeper.until({"the web": lambda: all(each.is_served() for each in self.visitors)})
        self.snapshot_id = prepare.approve(self.database)
        enough = self.terms.mails // 4
        self.keeper.until(
            {"the middle": lambda: self._taken() > enough and len(self.holders()) == WORKERS}
        )

    def holders(self) -> set[str | None]:
        """Which workers have claims now."""
        query = sa.select(Delivery.claimed_by).where(Delivery.state == DeliveryState.CLAIMED)
        with self.database.reading() as session:
            return set(session.scalars(query.distinct()))

    def claims(self, of: set[str | None]) -> set[int]:
        """What they have in hand."""
        query = sa.select(Delivery.id).where(
            Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_by.in_(of)
        )
        with self.database.reading() as session:
            return set(session.scalars(query))

    def is_over(self) -> bool:
        """Whether the sending is closed."""
        with self.database.reading() as session:
            return session.get_one(Dispatch, self.snapshot_id).finished_at is not None

    def verdict(self) -> Verdict:
        """The rows against the relay's ledger."""
        with self.database.reading() as session:
            told = verdict.told_by(session, self.snapshot_id)
        return verdict.judge(told, self.sink.taken())

    def _taken(self) -> int:
        return int(self.sink.tell(count=True)["mails"])


def strike(town: Town, name: str, terms: Terms) -> Failed:
    """One death, from the approval to the verdict."""
    with ExitStack() as stack:
        scene = Scene(stack, town, terms)
        scene.begin()
        holders = scene.holders()
        claims, at = scene.claims(holders), time.time()
        _kill(scene, name)
        met = scene.keeper.until(
            {
                "unsettled": lambda: not scene.claims(holders) & claims,
                "over": scene.is_over,
                "the web": lambda: all(each.is_served() for each in scene.visitors),
            }
        )
        return _failed(scene, name, at, met)


def _kill(scene: Scene, name: str) -> None:
    if name == "database":
        scene.town.server.kill()
        time.sleep(AWAY)
        scene.town.server.start()
        return
    chosen = (scene.workers if name == "worker" else scene.webs)[0]
    chosen.process.kill()
    chosen.process.wait()


def _failed(scene: Scene, name: str, at: float, met: dict[str, float]) -> Failed:
    living = {"worker": scene.visitors, "web": scene.visitors[1:], "database": []}[name]
    dead = {"worker": 1, "web": 0, "database": WORKERS}[name]
    return Failed(
        name,
        silence([each.at for each in scene.sink.taken()], at),
        max(each.back(at) for each in scene.visitors),
        met["unsettled"] - at,
        met["over"] - at,
        sum(each.refused(at) for each in living),
        scene.keeper.restarts,
        scene.verdict(),
        WIDTH * LANES * dead,
    )


def silence(times: list[float], at: float) -> float:
    """The longest time without a mail that began at a moment or soon after it."""
    after = [at, *sorted(each for each in times if each > at)]
    gaps = [later - one for one, later in pairwise(after) if one <= at + AT_ONCE]
    return max(gaps, default=0.0)
