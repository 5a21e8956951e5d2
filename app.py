"""Entry: the WSGI application (``app:create_app``) and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventmail.cli import main

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The web application with the settings of the environment."""
    from eventmail.cli_ready import settings_here
    from eventmail.cli_running import app_that_runs_on
    from eventmail.production import require_safe

    settings = settings_here()
    require_safe(settings)
    return app_that_runs_on(settings)


if __name__ == "__main__":
    main()
