"""How pages write dates, sizes and states."""

from __future__ import annotations

from flask import Flask

from eventmail import clock
from eventmail.answers import words as answers
from eventmail.mailings.models import STOPPABLE_NAMES
from eventmail.mailings.review import STATE_NAMES as MAILING_STATES
from eventmail.outbox.service import STATE_NAMES as DELIVERY_STATES
from eventmail.suppression.models import KIND_NAMES as WHY_STOPPED

KILOBYTE = 1024


def attach(app: Flask) -> None:
    """Make the filters known to all templates."""
    app.add_template_filter(clock.japanese_date, "japanese_date")
    app.add_template_filter(clock.japanese_moment, "japanese_moment")
    app.add_template_filter(file_size, "file_size")
    app.add_template_filter(answers.shown, "answer_value")
    app.add_template_filter(lambda state: MAILING_STATES[state], "mailing_state")
    app.add_template_filter(lambda state: DELIVERY_STATES[state], "delivery_state")
    app.add_template_filter(lambda stoppable: STOPPABLE_NAMES[stoppable], "sort_of_mail")
    app.add_template_filter(lambda kind: WHY_STOPPED[kind], "why_stopped")
    app.add_template_filter(lambda digest: digest[:12], "short_digest")


def file_size(size: int) -> str:
    """``812B``, ``48KB`` or ``1.2MB``: what Explorer would say, roughly."""
    if size < KILOBYTE:
        return f"{size}B"
    if size < KILOBYTE * KILOBYTE:
        return f"{-(-size // KILOBYTE)}KB"
    return f"{size / KILOBYTE / KILOBYTE:.1f}MB"
