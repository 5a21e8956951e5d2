"""Each request has an id, and leaves one line: what was asked for, and how it went.

The line names the route's rule and never the path, for there are secrets in the addresses of
participants' pages. The id is ours; only a proxy that is trusted may bring its own.
"""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, current_app, g, request

from eventmail import tracing
from eventmail.config import Settings
from eventmail.observing import requests

log = logging.getLogger("eventmail.access")

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Asked for every few seconds by machines: seen only where somebody wants to see everything.
QUIET = frozenset({"observing.live", "observing.ready"})
NO_ROUTE = "(none)"
BY_PROXY = "observing.by_proxy"


def attach(app: Flask, settings: Settings) -> None:
    """Before all else that looks at a request, and after all else that answers it."""
    app.extensions[BY_PROXY] = bool(settings.trusted_proxy)
    app.extensions[requests.EXTENSION] = requests.Requests()
    app.before_request(_begin)
    app.after_request(_note)
    app.teardown_request(lambda _error: tracing.end())


def route() -> str:
    """The rule of the route that was asked for."""
    return str(request.url_rule) if request.url_rule is not None else NO_ROUTE


def _begin() -> None:
    g.asked_at = time.perf_counter()
    ids = {name: value for name, value in (request.view_args or {}).items() if type(value) is int}
    known = {name.removesuffix("_id"): value for name, value in ids.items()}
    tracing.begin(**{**known, tracing.REQUEST: _request_id()})


def _request_id() -> str:
    brought = request.headers.get(HEADER, "")
    return brought if _by_proxy() and SANE.fullmatch(brought) else secrets.token_hex(8)


def _by_proxy() -> bool:
    """Whether the trusted proxy passed this on: the server takes this header from anybody else."""
    return bool(current_app.extensions[BY_PROXY]) and "X-Forwarded-For" in request.headers


def _note(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("asked_at", time.perf_counter())
    response.headers[HEADER] = tracing.request_id()
    current_app.extensions[requests.EXTENSION].note(
        request.method, route(), response.status_code, seconds
    )
    log.log(
        logging.DEBUG if request.endpoint in QUIET else logging.INFO,
        "%s %s %s",
        request.method,
        route(),
        response.status_code,
        extra=tracing.facts(
            method=request.method,
            route=route(),
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        ),
    )
    return response
