"""Too many requests are answered with a sentence and the time to wait, before any work is done.

Each session of whoever is signed in has a budget of its own; all others share that of their
address (an IPv6 customer has a whole /64). It protects the service from being kept busy; passwords
that are tried are counted and slowed down by the sign-in itself. A process keeps its own count.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network

from flask import Flask, current_app, request, session
from flask.typing import ResponseReturnValue

from eventmail.config import Mode, Settings
from eventmail.language import said
from eventmail.web import problems
from eventmail.web.cookie import SESSION
from eventmail.web.plain import plain_page
from eventmail.web.rates import Buckets, Budget

SIGNED_IN, VISIT, VISITORS_POST, PROGRAMS = "signed in", "visit", "visitor's post", "programs"
# A person's tabs ask once a second each for news of a sending; an office may share one address.
BUDGETS = {
    SIGNED_IN: Budget(burst=300, per_second=10),
    VISIT: Budget(burst=240, per_second=4),
    VISITORS_POST: Budget(burst=30, per_second=0.5),
    # Several offices' programs may share one address; each token has a budget of its own besides.
    PROGRAMS: Budget(burst=600, per_second=20),
}
BUSY = said(
    "短い間に操作が続いたため、受け付けませんでした。"
    "{seconds}秒ほど待って、もう一度お試しください。"
)
EXTENSION = "eventmail.throttle"
FREE = frozenset({"static", "observing.live", "observing.ready"})
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
IPV6_CUSTOMER = 64


class Throttle:
    """The buckets of one process, by kind of request."""

    def __init__(
        self, budgets: Mapping[str, Budget], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kinds = {kind: Buckets(budget, clock) for kind, budget in budgets.items()}

    def wait(self, kind: str, who: str) -> float:
        """Seconds to wait, 0 for none. A kind without a budget has no limit."""
        buckets = self._kinds.get(kind)
        return 0.0 if buckets is None else buckets.take(who)


def attach(app: Flask, settings: Settings) -> None:
    """Ask before each request but for static files and health; the suite itself is in a hurry."""
    app.extensions[EXTENSION] = Throttle({} if settings.mode is Mode.TEST else BUDGETS)
    app.before_request(_slow_down)


def _slow_down() -> ResponseReturnValue | None:
    if request.endpoint in FREE:
        return None
    wait = current_app.extensions[EXTENSION].wait(*_asking())
    return busy(wait) if wait else None


def busy(wait: float) -> ResponseReturnValue:
    """The answer to too many requests."""
    seconds = max(1, math.ceil(wait))
    sentence = BUSY.format(seconds=seconds)
    is_program = problems.is_api(request.path)
    response = problems.answer(429, sentence) if is_program else plain_page(429, sentence)
    response.headers["Retry-After"] = str(seconds)
    return response


def _asking() -> tuple[str, str]:
    # The cookie is signed: nobody can invent a session to get a budget of its own.
    if SESSION in session:
        return SIGNED_IN, str(session[SESSION])
    if problems.is_api(request.path):
        return PROGRAMS, customer(request.remote_addr)
    kind = VISITORS_POST if request.method in CHANGES else VISIT
    return kind, customer(request.remote_addr)


def customer(address: str | None) -> str:
    """Whom an address stands for."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ip_network((found, IPV6_CUSTOMER), strict=False))
