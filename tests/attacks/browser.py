"""A browser without manners: it posts what it likes, and follows no rule of the pages."""

from __future__ import annotations

import html
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from eventmail.accounts import sessions
from eventmail.accounts.origin import NOWHERE
from eventmail.offices.models import Staff
from eventmail.web.cookie import SESSION


class Browser:
    """Holds the cookie of one signed-in person, whose password is not what these attacks try."""

    def __init__(
        self, app: Flask, staff_id: int | None, base_url: str = "http://localhost"
    ) -> None:
        self.app = app
        self.client = app.test_client()
        with self.client.session_transaction(base_url=base_url) as cookie:
            cookie["csrf_token"] = "0" * 40
            if staff_id is not None:
                cookie[SESSION] = _opened(app, staff_id)

    @property
    def token(self) -> str:
        """This session's right CSRF token."""
        signer = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token")
        return str(signer.dumps("0" * 40))

    def get(self, path: str, **options: Any) -> TestResponse:
        """Fetch, without following redirects."""
        return self.client.get(path, **options)

    def page(self, path: str) -> str:
        """What stands on a page, or on the error page that comes instead."""
        return html.unescape(self.source(path))

    def source(self, path: str) -> str:
        """A page's markup."""
        return self.client.get(path, follow_redirects=True).get_data(as_text=True)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Post a form with the right token."""
        sent = {"csrf_token": self.token, **(data or {})}
        if options.get("base_url", "").startswith("https:"):  # browsers send one, and it is asked
            options.setdefault("headers", {"Referer": f"{options['base_url']}/"})
        options.setdefault("content_type", "multipart/form-data")
        return self.client.post(path, data=sent, **options)


def _opened(app: Flask, staff_id: int) -> str:
    with app.extensions["eventmail"].database.writing() as session:
        return sessions.open_one(session, session.get_one(Staff, staff_id), NOWHERE)
