"""What signed-in people were refused is in their office's audit, where its auditor looks.

Only so much of it: whoever tries every address writes a few lines at once, then one a minute.
"""

from __future__ import annotations

import time

from flask import Flask, current_app, request
from flask import session as cookie
from flask_login import current_user

from eventmail.audit.service import record
from eventmail.offices import places
from eventmail.web.context import OFFICE, reading, writing
from eventmail.web.rates import Buckets, Budget

EXTENSION = "eventmail.refusals"
KEPT = Budget(burst=20, per_second=1 / 60)
LONGEST_SUBJECT, LONGEST_PATH = 60, 200


def attach(app: Flask) -> None:
    """A process keeps its own count."""
    app.extensions[EXTENSION] = Buckets(KEPT, time.monotonic)


def note() -> None:
    """The person at this request may not do what it asks for."""
    if not current_user.is_authenticated:
        return
    if current_app.extensions[EXTENSION].take(str(current_user.id)):
        return
    office = places.at_work(reading(), current_user, cookie.get(OFFICE))
    with writing() as session:
        record(
            session,
            "access.refused",
            f"page:{request.endpoint}"[:LONGEST_SUBJECT],
            office_id=office,
            staff_id=current_user.id,
            method=request.method,
            path=request.path[:LONGEST_PATH],
        )
