"""The plainest form."""

from __future__ import annotations

from eventmail.web.forms import Form


class ActForm(Form):
    """A button with nothing but its CSRF token."""
