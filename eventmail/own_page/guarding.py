"""What stands around the participants' pages: headers, no cookie, and guesses that must wait.

Only links that do not open are counted, by the network that they come from, in each process for
itself; while there are too many, nothing is looked up for that network at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask, Response, current_app, request

from eventmail.config import Mode, Settings
from eventmail.web.rates import Buckets, Budget
from eventmail.web.throttle import customer

PREFIX = "/p/"
EXTENSION = "eventmail.guesses"
BUDGET = Budget(burst=20, per_second=1 / 30)
UNLIMITED = Budget(burst=1_000_000, per_second=1_000_000)


class Guesses:
    """How many links that do not open came from where."""

    def __init__(self, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self._buckets = Buckets(budget, clock)

    def wait(self) -> float:
        """Seconds until this network may try again; 0 if it may now."""
        return self._buckets.look(customer(request.remote_addr))

    def note(self) -> None:
        """One more link that did not open."""
        self._buckets.take(customer(request.remote_addr))


def attach(app: Flask, settings: Settings) -> None:
    """Count guesses; the suite itself is in a hurry. Headers for whatever lies under the prefix."""
    app.extensions[EXTENSION] = Guesses(UNLIMITED if settings.mode is Mode.TEST else BUDGET)
    app.after_request(_finish)


def guesses() -> Guesses:
    """The running app's."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Guesses)
    return found


def _finish(response: Response) -> Response:
    """The address is the key: it travels to no other site, and no search engine keeps it."""
    if request.path.startswith(PREFIX):
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
