"""The mails of one connection: claimed, made, handed over, sent and settled, a few at a time.

One short transaction does four things at once: it settles what the relay has answered, asks
whether anything says no (STOP, pause, limits), hands over what is made, and claims what comes
next. Never are more than :data:`WIDTH` mails of a connection handed over and not settled: that is
what a crash can leave ``uncertain``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.outbox import fates, ledger, limits
from eventmail.outbox.job import Claim, Halt, Job, Made, load, make, welcome
from eventmail.outbox.ledger import Leaving, Settlement
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Attempt, DeliveryState
from eventmail.outbox.standing import Hold, Standing, standing
from eventmail.outbox.watch import Watch
from eventmail.wire import Cleared, Connection, Kind, Outcome, Pressure, Result, pressure_of

WIDTH = 20
NO_LONGER = "承認のあとに辞退・変更されたため、送信を見合わせました。"
NOT_SENT = "この1通は送らずに戻しました。"
# What becomes of a mail that would have to be sent again, where nothing is sent any more.
ENDS = {Hold.CANCELLED: DeliveryState.CANCELLED, Hold.HALTED: DeliveryState.WITHHELD}
SIGN_IN = (
    "送信サーバー {place} がサインインを求めています（{reply}）。"
    "ユーザー名とパスワードの設定を確認してください。"
)


class Blocked(Exception):
    """The relay wants other credentials: nobody goes on until a person has seen to it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.message_ja = sentence


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail whose attempts are written down; ``numbers`` are theirs, delivery by delivery."""

    made: Made
    numbers: tuple[int, ...]

    def settlements(self, state: DeliveryState, outcome: Kind, text: str) -> list[Settlement]:
        """One and the same fate for all of its deliveries."""
        pairs = zip(self.made.delivery_ids, self.numbers, strict=True)
        return [Settlement(key, number, state, outcome.value, None, text) for key, number in pairs]


class Window:
    """What one connection has in hand. One thread uses it; ``worker`` names its claims."""

    def __init__(
        self,
        job: Job,
        policy: Policy,
        connection: Connection,
        watch: Watch,
        worker: str,
        *,
        first_copy: bool,
    ) -> None:
        self._job, self._policy, self._connection = job, policy, connection
        self._watch, self._worker, self._first_copy = watch, worker, first_copy
        self._claims: list[Claim] = []
        self._made: deque[Made] = deque()
        self._handed: deque[Handed] = deque()
        self._pulled: deque[Handed] = deque()
        self._answered: list[tuple[Handed, Outcome]] = []
        self._accepted = 0
        self.moved = False  # whether this connection has settled anything for good
        self.halt: Halt | Blocked | None = None
        self.wait_until: datetime | None = None
        self.lost = False

    def mails(self) -> Iterator[Cleared]:
        """The mails to send, in order; each is pulled when the one before it is all but sent."""
        self.wait_until = None
        while not self._stops and (self._handed or self._refill()):
            handed = self._handed.popleft()
            self._pulled.append(handed)
            yield handed.made.cleared

    @property
    def _stops(self) -> bool:
        return self.halt is not None or self._watch.said_no.is_set()

    def note(self, outcome: Outcome) -> None:
        """What became of the oldest mail that was pulled."""
        handed = self._pulled.popleft()
        if _pressure(outcome) is Pressure.CREDENTIALS:
            reply = f"{outcome.reply.code} {outcome.reply.text}"
            place = self._connection.relay.place
            self.halt = Blocked(SIGN_IN.format(place=place, reply=reply))
        self._answered.append((handed, outcome))
        self._accepted += outcome.kind is Kind.ACCEPTED
        self.moved |= outcome.kind in fates.FINAL
        self.lost |= any(each.kind in (Kind.UNCERTAIN, Kind.NOT_SENT) for each in outcome.results)

    def close(self) -> None:
        """Settle what was answered, take back what never left, give back the other claims."""
        with self._job.database.writing() as session:
            found = standing(session, self._job.snapshot.id, lock=True)
            self._settle(session, found)
            back = ENDS.get(found.hold, DeliveryState.QUEUED)
            unsent = (each.settlements(back, Kind.NOT_SENT, NOT_SENT) for each in self._handed)
            # Only a fault of our own leaves a mail without an outcome: it may have gone.
            open_ = (
                each.settlements(DeliveryState.UNCERTAIN, Kind.UNCERTAIN, ledger.CUT_OFF)
                for each in self._pulled
            )
            ledger.settle_all(session, [row for rows in (*unsent, *open_) for row in rows])
            ledger.give_back(session, self._worker)
        for each in (self._claims, self._made, self._handed, self._pulled):
            each.clear()

    def _refill(self) -> bool:
        """Take turns until a mail is ready to leave; False if there is none to send now."""
        while not self._handed:
            if not self._turn():
                return False
            self._make_claimed()
            if self._stops:
                return False
        return True

    def _turn(self) -> bool:
        """One transaction. False if nothing can leave now and nothing more was claimed."""
        with self._job.database.writing() as session:
            found = standing(session, self._job.snapshot.id, lock=True)
            self._settle(session, found)
            if not (found.may_send if self._first_copy else found.hold is Hold.NOTHING):
                return False
            waiting = bool(self._made)
            self._hand_over(session)
            if waiting and not self._handed and not self._claims:
                return False  # the relay's limits say: not now
            if not self._made and not self._claims:
                ids = ledger.claim(
                    session,
                    self._job.snapshot.id,
                    self._worker,
                    self._appetite,
                    first_copy=self._first_copy,
                    lease=self._policy.lease,
                )
                self._claims = load(session, ids)
            return bool(self._handed or self._claims or self._made)

    @property
    def _appetite(self) -> int:
        """How many deliveries to claim: mails of one connection, or whole batches."""
        if self._first_copy:
            return 1
        batches = self._job.in_batches
        return WIDTH // 2 * self._batch if batches else WIDTH - 1

    @property
    def _batch(self) -> int:
        return min(self._job.batch_size, self._connection.most_recipients)

    def _make_claimed(self) -> None:
        """Compose and clear what was claimed. What cannot be cleared stops everything."""
        size = self._batch if self._job.in_batches and not self._first_copy else 1
        groups = [self._claims[at : at + size] for at in range(0, len(self._claims), size)]
        self._claims = []
        try:
            for group in groups:
                relay, largest = self._connection.relay, self._connection.largest_size
                self._made.append(make(self._job, relay, group, largest))
        except Halt as halt:
            self.halt = halt

    def _hand_over(self, session: Session) -> None:
        room = min(WIDTH - len(self._pulled), len(self._made))
        self._drop_unwelcome(session, list(self._made)[:room])
        granted = limits.allow(session, self._policy, min(room, len(self._made)))
        if granted < min(room, len(self._made)):
            self.wait_until = limits.next_mail_at(session, self._policy)
        going = [self._made.popleft() for _ in range(granted)]
        leaving = [Leaving(each.delivery_ids, each.digest, each.head) for each in going]
        numbers = ledger.hand_over_all(session, self._worker, leaving, self._policy.lease)
        self._handed.extend(
            Handed(made, found)
            for made, found in zip(going, numbers, strict=True)
            if found is not None
        )

    def _drop_unwelcome(self, session: Session, going: Sequence[Made]) -> None:
        """Withhold whoever left the roster since; what is left of his batch is made anew."""
        ids = [number for made in going for number in made.delivery_ids]
        staying = set(ids) - welcome(session, ids) if ids else set()
        if not staying:
            return
        ledger.withhold(session, sorted(staying), self._worker, NO_LONGER)
        broken = [made for made in going if staying & set(made.delivery_ids)]
        again = [number for made in broken for number in made.delivery_ids if number not in staying]
        self._made = deque(made for made in self._made if made not in broken)
        self._claims += load(session, again)

    def _settle(self, session: Session, found: Standing) -> None:
        """Write down what the relay has answered so far."""
        if not self._answered:
            return
        ending = ENDS.get(found.hold)
        resting = self._pressure(session)
        rows = [
            self._settlement(session, key, number, result, outcome, ending, resting)
            for handed, outcome in self._answered
            for key, number, result in zip(
                handed.made.delivery_ids, handed.numbers, outcome.results, strict=True
            )
        ]
        ledger.settle_all(session, rows)
        self._answered = []

    def _settlement(
        self,
        session: Session,
        key: int,
        number: int,
        result: Result,
        outcome: Outcome,
        ending: DeliveryState | None,
        resting: datetime | None,
    ) -> Settlement:
        deferrals = _deferrals(session, key) + 1 if result.kind is Kind.DEFERRED else 1
        if self._goes_at_once(result, resting):
            state, due_at = DeliveryState.QUEUED, None
        else:
            state, due_at = fates.fate(
                result,
                deferrals,
                self._job.until,
                others_taken=outcome.kind is Kind.ACCEPTED,
                resting=resting if _slows(result) or result.kind is Kind.NOT_SENT else None,
            )
        if ending is not None and state in ledger.OPEN:
            state, due_at = ending, None
        text = result.reply.text
        if state is DeliveryState.REFUSED and result.kind is not Kind.REFUSED:
            text += fates.GIVEN_UP
        code = result.reply.code or None
        return Settlement(key, number, state, result.kind.value, code, text, due_at)

    def _goes_at_once(self, result: Result, resting: datetime | None) -> bool:
        """Whether the next connection takes it: nothing was wrong with this mail."""
        if pressure_of(result.reply) is Pressure.CREDENTIALS or self._closes(result):
            return True
        return result.kind is Kind.NOT_SENT and self.moved and resting is None

    def _pressure(self, session: Session) -> datetime | None:
        """Whether the relay asks all to slow down; until when."""
        results = [each for _, outcome in self._answered for each in outcome.results]
        # A relay that closes after some mails says 421 as well: there, a new connection is due.
        slow = [each for each in results if _slows(each) and not self._closes(each)]
        if slow:
            return limits.set_back(session, self._policy, limits.SLOW)
        # So that a relay that always breaks off there does not make a whole list uncertain.
        if any(each.kind is Kind.UNCERTAIN for each in results):
            return limits.set_back(session, self._policy, limits.LOST)
        if any(each.kind is Kind.ACCEPTED for each in results):
            limits.went_well(session, self._policy)
        return None

    def _closes(self, result: Result) -> bool:
        return result.reply.code == 421 and self._accepted > 0


def _pressure(outcome: Outcome) -> Pressure:
    return pressure_of(outcome.reply)


def _slows(result: Result) -> bool:
    return pressure_of(result.reply) is Pressure.SLOW_DOWN


def _deferrals(session: Session, delivery_id: int) -> int:
    query = sa.select(sa.func.count()).where(
        Attempt.delivery_id == delivery_id, Attempt.outcome == Kind.DEFERRED.value
    )
    return session.scalars(query).one()


def soon(moment: datetime | None) -> bool:
    """Whether it pays to keep the connection open until then."""
    return moment is not None and (moment - clock.now()).total_seconds() < 30
