"""The pages of delivery: the live page, its controls, people's decisions, mails and records."""

from __future__ import annotations

from eventmail.outbox.views import controls, deciding, live, mails, stopping
from eventmail.outbox.views.common import blueprint

__all__ = ["blueprint", "controls", "deciding", "live", "mails", "stopping"]
