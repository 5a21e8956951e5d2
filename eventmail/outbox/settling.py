"""From the relay's answers to what is written down: fates of deliveries, and a pause for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.outbox import fates, limits
from eventmail.outbox.job import Made
from eventmail.outbox.ledger import OPEN, Settlement
from eventmail.outbox.limits import Policy
from eventmail.outbox.models import Attempt, DeliveryState
from eventmail.outbox.standing import Hold
from eventmail.wire import Kind, Outcome, Pressure, Result, pressure_of

CLOSING = 421
# What becomes of a mail that would have to be sent again, where nothing is sent any more.
ENDS = {Hold.CANCELLED: DeliveryState.CANCELLED, Hold.HALTED: DeliveryState.WITHHELD}


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail whose attempts are written down; ``numbers`` are theirs, delivery by delivery."""

    made: Made
    numbers: tuple[int, ...]

    def settlements(
        self, state: DeliveryState, outcome: Kind, text: str, at: datetime
    ) -> list[Settlement]:
        """One and the same fate for all of its deliveries."""
        return [
            Settlement(key, number, state, outcome.value, None, text, None, at)
            for key, number in zip(self.made.delivery_ids, self.numbers, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a mail that was handed over, and when that was known.

    ``taken``: the relay took it, for some at least; ``proven``: its connection had taken a mail
    before; ``moved``: it had settled one for good.
    """

    handed: Handed
    outcome: Outcome
    at: datetime
    taken: bool
    proven: bool
    moved: bool

    def closes(self, result: Result) -> bool:
        """Whether the relay only ends a connection that it has used: a new one is due."""
        return result.reply.code == CLOSING and self.proven


def settlements(
    session: Session, policy: Policy, answers: Sequence[Answer], until: datetime, hold: Hold
) -> list[Settlement]:
    """The rows to write for these answers. Notes in the relay's pace what they say of it."""
    resting = _pressure(session, policy, answers)
    deferrals = _deferrals(session, answers)
    return [
        _settlement(answer, key, number, result, deferrals.get(key, 0), resting, until, hold)
        for answer in answers
        for key, number, result in zip(
            answer.handed.made.delivery_ids,
            answer.handed.numbers,
            answer.outcome.results,
            strict=True,
        )
    ]


def _settlement(
    answer: Answer,
    key: int,
    number: int,
    result: Result,
    deferrals: int,
    resting: datetime | None,
    until: datetime,
    hold: Hold,
) -> Settlement:
    if _goes_at_once(answer, result, resting):
        state, due_at = DeliveryState.QUEUED, None
    else:
        state, due_at = fates.fate(
            result,
            deferrals + 1,
            until,
            others_taken=answer.taken,
            resting=resting if slows(result) or result.kind is Kind.NOT_SENT else None,
        )
    if hold in ENDS and state in OPEN:
        state, due_at = ENDS[hold], None
    text = result.reply.text
    if state is DeliveryState.REFUSED and result.kind is not Kind.REFUSED:
        text += fates.GIVEN_UP
    code = result.reply.code or None
    return Settlement(key, number, state, result.kind.value, code, text, due_at, answer.at)


def _goes_at_once(answer: Answer, result: Result, resting: datetime | None) -> bool:
    """Whether the next connection takes it: nothing was wrong with this mail."""
    if pressure_of(result.reply) is Pressure.CREDENTIALS or answer.closes(result):
        return True
    return result.kind is Kind.NOT_SENT and answer.moved and resting is None


def _pressure(session: Session, policy: Policy, answers: Sequence[Answer]) -> datetime | None:
    """Whether the relay asks all to slow down; until when."""
    kinds = {result.kind for _, result in _results(answers)}
    # A relay that closes after some mails says 421 as well: there, a new connection is due.
    if any(slows(result) and not answer.closes(result) for answer, result in _results(answers)):
        return limits.set_back(session, policy, limits.SLOW)
    # So that a relay that always breaks off there does not make a whole list uncertain.
    if Kind.UNCERTAIN in kinds:
        return limits.set_back(session, policy, limits.LOST)
    if Kind.ACCEPTED in kinds:
        limits.went_well(session, policy)
    return None


def _results(answers: Sequence[Answer]) -> Iterator[tuple[Answer, Result]]:
    return ((answer, result) for answer in answers for result in answer.outcome.results)


def slows(result: Result) -> bool:
    """Whether the relay throttles with it."""
    return pressure_of(result.reply) is Pressure.SLOW_DOWN


def _deferrals(session: Session, answers: Sequence[Answer]) -> dict[int, int]:
    """How often those that are deferred now were before."""
    keys = [
        key
        for answer in answers
        for key, result in zip(answer.handed.made.delivery_ids, answer.outcome.results, strict=True)
        if result.kind is Kind.DEFERRED
    ]
    if not keys:
        return {}
    query = (
        sa.select(Attempt.delivery_id, sa.func.count())
        .where(Attempt.delivery_id.in_(keys), Attempt.outcome == Kind.DEFERRED.value)
        .group_by(Attempt.delivery_id)
    )
    return {key: count for key, count in session.execute(query)}
