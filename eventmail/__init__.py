"""Eventmail: event mail that cannot show one participant's address to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from eventmail.config import Settings

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def create_app(settings: Settings) -> Flask:
    """Make the web application: configuration, extensions, blueprints, and nothing else.

    Raises :class:`RuntimeError` if a view does not say which permission it needs.
    """
    from flask import Flask

    from eventmail import web

    app = Flask(__name__, template_folder=str(TEMPLATES))
    web.configure(app, settings)
    web.extend(app, settings)
    web.register(app)
    web.require_permissions(app)
    return app
