"""How much a request may carry: files only where files are taken, and little from strangers."""

from __future__ import annotations

from flask import Flask, request, session

from eventmail.config import MEGABYTE
from eventmail.web.cookie import SESSION

KILOBYTE = 1024
TAKE_FILES = frozenset(
    {
        *("events.put_materials", "gateway.judge", "roster.upload", "api.import_roster"),
        *("incidents.create", "incidents.add_mails", "incidents.name_parties"),
    }
)
ORDINARY = MEGABYTE
STRANGERS = 64 * KILOBYTE
# A table of rows sends a field for each of them; one page of rows is far below this.
MOST_PARTS = 1000


def attach(app: Flask) -> None:
    """Set each request's limit before anything reads its body."""
    app.before_request(_limit)


def _limit() -> None:
    if SESSION not in session:
        request.max_content_length = STRANGERS
    elif request.endpoint not in TAKE_FILES:
        request.max_content_length = ORDINARY
