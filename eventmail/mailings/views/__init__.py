"""The pages of a mailing: writing it, and the two looks."""

from __future__ import annotations

from eventmail.mailings.views import drafting, reviewing
from eventmail.mailings.views.common import blueprint

__all__ = ["blueprint", "drafting", "reviewing"]
