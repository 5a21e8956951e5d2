"""Eventmail: event mail that cannot show one participant's address to another."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from eventmail.config import Settings

# Workbooks are read and written with the standard library's parser, whose limits are tested here.
# lxml is there for Word files alone, and openpyxl would take to it by itself.
os.environ["OPENPYXL_LXML"] = "False"


def create_app(settings: Settings) -> Flask:
    """Make the web application: configuration, extensions, blueprints, and nothing else.

    Raises :class:`RuntimeError` if a view does not say which permission it needs.
    """
    from flask import Flask

    from eventmail import files, web
    from eventmail.web import rooms

    app = Flask(__name__, template_folder=str(files.TEMPLATES))
    web.configure(app, settings)
    web.extend(app, settings)
    rooms.register(app)
    web.require_permissions(app)
    return app
