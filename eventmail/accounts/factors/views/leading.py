"""Who must set up a second factor sees nothing else before it."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail.accounts.factors import service
from eventmail.accounts.factors.views.common import lent, means
from eventmail.web.context import reading

# What it takes to set one up, and to prove oneself before that.
OPEN = frozenset(
    {
        "accounts.confirm",
        "factors.index",
        "factors.offer",
        "factors.app",
        "factors.confirm",
        "factors.passkey_options",
        "factors.register",
        "factors.file",
    }
)


def lead() -> ResponseReturnValue | None:
    """The way to the page that sets one up, or nothing for who may go on."""
    if request.endpoint in OPEN or not service.must_enrol(reading(), means(), current_user, lent()):
        return None
    return redirect(url_for("factors.index"))
