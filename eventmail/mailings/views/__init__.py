"""The pages of a mailing: writing it, answering findings, and the two looks."""

from __future__ import annotations

from eventmail.mailings.views import answering, checking, deciding, drafting
from eventmail.mailings.views.common import blueprint

__all__ = ["answering", "blueprint", "checking", "deciding", "drafting"]
