"""The answers to a sending that goes on, without counting again what changes no more.

The page of a sending asks every few seconds, and 100,000 mails have as many attempts. A mail that
the relay took gets no other attempt, and what is written of one that is over stays as it is: so a
process counts it once, and then only the mails behind it, and those before that were not taken yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.pictures.timeline import Counted
from eventmail.remembering import Remembered

ENOUGH = 1_000  # answers: to look at so many again is cheaper than to see which of them are final
MOST_BETWEEN = 2_000  # mails that were not taken yet, before one that was
Which = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class SoFar:
    """What changes no more: of the mails up to the number ``last`` all but those ``waiting``."""

    last: int = 0
    waiting: frozenset[int] = frozenset()
    counted: Counter[tuple[int, str]] = field(default_factory=Counter)

    @property
    def rest(self) -> Which:
        """All other mails."""
        behind = Delivery.id > self.last
        return sa.or_(behind, Delivery.id.in_(sorted(self.waiting))) if self.waiting else behind


class Running:
    """What was counted so far of the sendings looked at last; any thread may ask."""

    def __init__(self, most: int = 32, enough: int = ENOUGH, between: int = MOST_BETWEEN) -> None:
        self._kept: Remembered[tuple[str, int, int], SoFar] = Remembered(most)
        self._enough, self._between = enough, between

    def answers(
        self,
        session: Session,
        snapshot_id: int,
        key: tuple[str, int, int],
        count: Callable[[Which], list[Counted]],
    ) -> list[Counted]:
        """All answers, of which ``count`` gives those to some of the mails, as they are now.

        ``key``: the sending, and in which steps of time is counted.
        """
        known = self._kept.of(key, SoFar)
        found = _summed(count(known.rest))
        if found.total() > self._enough:
            self._kept.put(key, self._further(session, snapshot_id, known, count))
        return [(begun, kind, n) for (begun, kind), n in (known.counted + found).items()]

    def _further(
        self,
        session: Session,
        snapshot_id: int,
        known: SoFar,
        count: Callable[[Which], list[Counted]],
    ) -> SoFar:
        mine = sa.and_(Delivery.snapshot_id == snapshot_id, ~Delivery.first_copy)
        taken = Delivery.state == DeliveryState.ACCEPTED
        last = session.scalar(sa.select(sa.func.max(Delivery.id)).where(mine, taken)) or 0
        open_ = (
            sa.select(Delivery.id)
            .where(mine, known.rest, Delivery.id <= last, ~taken)
            .order_by(Delivery.id)
            .limit(self._between + 1)
        )
        waiting = list(session.scalars(open_))
        if len(waiting) > self._between:  # so that their list stays short
            last = waiting.pop() - 1
        final = sa.and_(known.rest, Delivery.id <= last, taken)
        return SoFar(last, frozenset(waiting), known.counted + _summed(count(final)))


def _summed(counted: list[Counted]) -> Counter[tuple[int, str]]:
    return Counter({(begun, kind): count for begun, kind, count in counted})
