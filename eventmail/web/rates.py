"""How often somebody may ask: a bucket of tokens for each, and no more buckets than fit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

MOST_BUCKETS = 20_000


@dataclass(frozen=True, slots=True)
class Budget:
    """So many at once, then so many each second."""

    burst: int
    per_second: float


class Buckets:
    """The buckets of one budget. Beyond ``most`` the one that was asked longest ago goes."""

    def __init__(
        self, budget: Budget, clock: Callable[[], float], most: int = MOST_BUCKETS
    ) -> None:
        self._budget, self._clock, self._most = budget, clock, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> float:
        """Take one token: 0 if there was one, else the seconds until there is. Asking is free."""
        now = self._clock()
        with self._lock:
            before, since = self._left.pop(key, (float(self._budget.burst), now))
            grown = before + max(0.0, now - since) * self._budget.per_second
            tokens = min(float(self._budget.burst), grown)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self._budget.per_second
            self._left[key] = (tokens if wait else tokens - 1, now)
            if len(self._left) > self._most:
                self._left.popitem(last=False)
        return wait

    def look(self, key: str) -> float:
        """What :meth:`take` would say now, without taking any."""
        with self._lock:
            before, since = self._left.get(key, (float(self._budget.burst), self._clock()))
            grown = before + max(0.0, self._clock() - since) * self._budget.per_second
        return 0.0 if grown >= 1 else (1 - grown) / self._budget.per_second

    def __len__(self) -> int:
        return len(self._left)
