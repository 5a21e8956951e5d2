"""What the connections of one run have in hand: claimed, made, handed over and answered.

One short transaction, a turn, does four things at once for all of them: it settles what the relay
has answered, asks whether anything says no (STOP, pause, limits), hands over what is made, and
claims what comes next, which is then made. Turns are taken in a thread of their own as soon as the
supply runs low, so that no connection stands still for them. Never are more than ``pace.WIDTH``
mails for each connection handed over and not settled: that is what a crash can leave ``uncertain``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eventmail import clock, tracing
from eventmail.database import plan_once
from eventmail.language import said
from eventmail.outbox import ledger, limits
from eventmail.outbox.job import (
    Claim,
    Halt,
    Job,
    Made,
    asked_to_stop,
    load,
    make,
    not_called,
    welcome,
)
from eventmail.outbox.ledger import Leaving
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.pace import WIDTH, Pace
from eventmail.outbox.settling import ENDS, Answer, Handed, settlements
from eventmail.outbox.standing import Hold, Standing, standing
from eventmail.outbox.watch import Watch
from eventmail.wire import Connection, Kind

log = logging.getLogger(__name__)

NO_LONGER = said("承認のあとに辞退・変更されたため、送信を見合わせました。")
ASKED_TO_STOP = said("承認のあとに配信を停止したため、送信を見合わせました。")
CALLED_SINCE = said("承認のあとに電話の記録が変わったため、送信を見合わせました。")
NOT_SENT = said("この1通は送らずに戻しました。")
PATIENCE = (0.1, 0.5, 1.0, 2.0)  # seconds between the tries to write down what is known


Result = TypeVar("Result")


class Taker(Protocol):
    """One connection's side: what it has taken and not answered."""

    connection: Connection
    pulled: deque[Handed]


class Supply:
    """The mails of one run; its connections' threads share it. ``worker`` names its claims."""

    def __init__(
        self, job: Job, policy: Policy, watch: Watch, worker: str, *, first_copy: bool
    ) -> None:
        self.job, self.worker = job, worker
        self.halt: Exception | None = None
        self.wait_until: datetime | None = None
        self._policy, self._watch, self.first_copy = policy, watch, first_copy
        self._takers: list[Taker] = []
        self._claims: list[Claim] = []
        self._passed: ledger.Passed = {}
        self._made: deque[Made] = deque()
        self._handed: deque[Handed] = deque()
        self._answered: deque[Answer] = deque()
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="supply")
        self._coming: Future[bool] | None = None
        self._turning = threading.Lock()
        self._moving = threading.Lock()
        self._pace = Pace()
        self._dry = False

    @property
    def stops(self) -> bool:
        """Whether no further mail may be taken."""
        return self.halt is not None or self._watch.said_no.is_set()

    def join(self, taker: Taker) -> None:
        """One more connection takes mails."""
        with self._turning:
            self._takers.append(taker)

    def take(self, taker: Taker) -> Handed | None:
        """The next mail to leave, over this connection; None if there is none to send now."""
        while not self.stops:
            with self._moving:
                coming = self._refilling()
                if self._handed:
                    taker.pulled.append(self._handed.popleft())
                    return taker.pulled[-1]
            if not coming.result():
                return None
        return None

    def answer(self, taker: Taker, answer: Answer) -> None:
        """Keep what became of the oldest mail taken until the next turn writes it down."""
        with self._moving:
            taker.pulled.popleft()
            self._answered.append(answer)

    def leave(self, taker: Taker) -> None:
        """Settle what was answered. The last to leave takes back what never left.

        A database that is away for a moment is waited for: what the relay said must not be lost.
        """
        now = clock.now()
        with self._turning:
            self._takers.remove(taker)
            for wait in (*PATIENCE, None):
                try:
                    self._written(lambda session, found: self._end(session, found, taker, now))
                    break
                except OperationalError:
                    if wait is None:
                        raise
                    log.exception("the answers of the relay could not be written down yet")
                    time.sleep(wait)
            taker.pulled.clear()
            if not self._takers:
                for each in (self._claims, self._made, self._handed):
                    each.clear()

    def turn(self) -> bool:
        """One transaction. False if nothing can leave now and nothing more was claimed."""
        coming: list[Handed] = []
        more = self._written(lambda session, found: self._next(session, found, coming))
        self._handed.extend(coming)  # not before it is written down for good
        return more

    def make_claimed(self) -> None:
        """Compose and clear what was claimed. What cannot be cleared stops everything."""
        size = self._batch if self.job.in_batches and not self.first_copy else 1
        groups = [self._claims[at : at + size] for at in range(0, len(self._claims), size)]
        self._claims = []
        relay = self._takers[0].connection.relay
        sizes = [each.connection.largest_size for each in self._takers]
        largest = min((size for size in sizes if size), default=None)
        try:
            for group in groups:
                self._made.append(make(self.job, relay, group, largest))
        except Halt as halt:
            self.halt = halt

    def _refilling(self) -> Future[bool]:
        """The refill that is under way, or was the last; where it is time, another one begins.

        After one that broke there is no other: whoever needs it meets with the same fault.
        """
        last = self._coming
        if last is None or (self._is_low and last.done() and last.exception() is None):
            last = self._coming = self._ahead.submit(tracing.along(self._refill))
        return last

    @property
    def _is_low(self) -> bool:
        count = len(self._handed)
        more = bool(self._made) or not self._dry
        return not count or (more and count < max(len(self._takers), self._pace.mails // 4))

    def _refill(self) -> bool:
        """Take turns until a mail is ready to leave; False if there is none to send now."""
        with self._turning:
            going = bool(self._takers)
            while going and not self.stops:
                going = self.turn()
                self.make_claimed()
                if self._handed:
                    return True
            return False

    def _written(self, work: Callable[[Session, Standing], Result]) -> Result:
        """A transaction that writes down all answers so far, and does ``work``."""
        answers = [self._answered.popleft() for _ in range(len(self._answered))]
        try:
            with self.job.database.writing() as session:
                plan_once(session)
                found = standing(session, self.job.snapshot.id, lock=True)
                if answers:
                    until = self.job.until
                    rows = settlements(session, self._policy, answers, until, found.hold)
                    ledger.settle_all(session, rows)
                done = work(session, found)
        except BaseException:
            self._answered.extendleft(reversed(answers))
            raise
        self._pace.settled += len(answers)
        return done

    def _next(self, session: Session, found: Standing, coming: list[Handed]) -> bool:
        self.wait_until = None
        if not (found.may_send if self.first_copy else found.hold is Hold.NOTHING):
            return False
        waiting = bool(self._made)
        coming += self._hand_over(session)
        if waiting and not coming and not self._claims:
            return False  # the relay's limits say: not now
        self._claim(session)
        return bool(coming or self._claims or self._made)

    def _end(self, session: Session, found: Standing, taker: Taker, now: datetime) -> None:
        # Only a fault of our own leaves a mail without an outcome: it may have gone.
        uncertain, cut_off = DeliveryState.UNCERTAIN, ledger.CUT_OFF
        rows = [
            row
            for each in taker.pulled
            for row in each.settlements(uncertain, Kind.UNCERTAIN, cut_off, now)
        ]
        if not self._takers:
            back = ENDS.get(found.hold, DeliveryState.QUEUED)
            for each in self._handed:
                rows += each.settlements(back, Kind.NOT_SENT, NOT_SENT, now)
        ledger.settle_all(session, rows)
        if not self._takers:
            ledger.give_back(session, self.worker)

    def _claim(self, session: Session) -> None:
        if self._claims:
            return
        wanted = self._appetite - len(self._made)
        self._dry = False
        count = wanted * self._batch if self.job.in_batches and not self.first_copy else wanted
        while wanted > 0 and not self._claims and not self._dry:
            ids = ledger.claim(
                session,
                self.job.snapshot.id,
                self.worker,
                count,
                first_copy=self.first_copy,
                lease=self._policy.lease,
                passed=self._passed,
            )
            self._dry = len(ids) < count
            gone = self._withheld(session, ids)
            self._claims = load(session, self.job, [each for each in ids if each not in gone])

    @property
    def _appetite(self) -> int:
        """How many mails to have made for the next turn."""
        if self.first_copy:
            return 1
        return self._pace.measure(len(self._takers))

    @property
    def _batch(self) -> int:
        most = min(each.connection.most_recipients for each in self._takers)
        return min(self.job.batch_size, most)

    @property
    def _room(self) -> int:
        with self._moving:
            out = len(self._handed) + len(self._answered)
            out += sum(len(each.pulled) for each in self._takers)
        return max(0, WIDTH * len(self._takers) - out)

    def _hand_over(self, session: Session) -> list[Handed]:
        room = min(self._room, len(self._made))
        self._drop_unwelcome(session, list(self._made)[:room])
        wanted = min(room, len(self._made))
        granted = limits.allow(session, self._policy, wanted)
        if granted < wanted:
            self.wait_until = limits.next_mail_at(session, self._policy)
        going = [self._made.popleft() for _ in range(granted)]
        leaving = [Leaving(each.delivery_ids, each.digest, each.head) for each in going]
        numbers = ledger.hand_over_all(session, self.worker, leaving, self._policy.lease)
        return [
            Handed(made, found)
            for made, found in zip(going, numbers, strict=True)
            if found is not None
        ]

    def _drop_unwelcome(self, session: Session, going: Sequence[Made]) -> None:
        """Withhold whoever left the roster since; what is left of his batch is made anew."""
        ids = [number for made in going for number in made.delivery_ids]
        staying = self._withheld(session, ids)
        if not staying:
            return
        broken = [made for made in going if staying & set(made.delivery_ids)]
        again = [number for made in broken for number in made.delivery_ids if number not in staying]
        self._made = deque(made for made in self._made if made not in broken)
        self._claims += load(session, self.job, again)

    def _withheld(self, session: Session, ids: Sequence[int]) -> set[int]:
        """Those of these claims that do not leave: who left, changed or wants no such mail."""
        staying = set(ids) - welcome(session, ids) if ids else set()
        asked = asked_to_stop(session, sorted(staying)) if staying else set()
        called = not_called(session, sorted(staying - asked)) if staying - asked else set()
        rest = staying - asked - called
        for reason, which in ((ASKED_TO_STOP, asked), (CALLED_SINCE, called), (NO_LONGER, rest)):
            if which:
                ledger.withhold(session, sorted(which), self.worker, reason)
        return staying
