"""The contact list's pages: the list, one company on the telephone, the mails that follow."""

from __future__ import annotations

from eventmail.incidents.calls.views import company, listing, mailing
from eventmail.incidents.calls.views.common import blueprint

__all__ = ["blueprint", "company", "listing", "mailing"]
