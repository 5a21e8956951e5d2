"""Only requests for our own name are answered, once we know it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError

from eventmail.config import Mode, Settings
from eventmail.language import said
from eventmail.web.plain import plain_page

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
FOREIGN = said("このサービスのアドレスではありません。お知らせした正しいアドレスを開いてください。")


def trusted_hosts(settings: Settings) -> list[str] | None:
    """The names that this installation answers to; None if nobody told us.

    The machine's own loopback is always among them, for whoever looks after it.
    """
    if settings.public_url:
        return [urlsplit(settings.public_url).hostname or "", *LOOPBACK]
    return list(LOOPBACK) if settings.mode is Mode.DEMO else None


def attach(app: Flask) -> None:
    """Refuse a foreign name before anything else looks at the request."""
    app.before_request(_refuse)


def _refuse() -> ResponseReturnValue | None:
    # The usual error page makes links, which cannot be made for a host that is none of ours.
    if isinstance(request.routing_exception, SecurityError):
        return plain_page(400, FOREIGN)
    return None
