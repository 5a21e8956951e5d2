"""How many requests this process has answered, and how long they took.

A web process is scraped by itself, so what it counts is its own. A route is its rule, a method is
one that our routes know: nobody can make new series by asking for something.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

EXTENSION = "observing.requests"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Requests:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "eventmail_requests",
            "Requests that this web process answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "eventmail_request_seconds",
            "How long answering a request took, by route.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        known = method if method in METHODS else "other"
        self._count.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
