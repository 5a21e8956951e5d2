"""The pages of delivery: the live page, its picture and controls, decisions, mails and records."""

from __future__ import annotations

from eventmail.outbox.views import controls, course, deciding, live, mails, stopping
from eventmail.outbox.views.common import blueprint

__all__ = ["blueprint", "controls", "course", "deciding", "live", "mails", "stopping"]
