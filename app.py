"""Entry: the WSGI application (``app:create_app``) and the command line."""

from flask import Flask

from eventmail.cli import app_that_runs_on, main, settings_here
from eventmail.production import require_safe


def create_app() -> Flask:
    """The web application with the settings of the environment."""
    settings = settings_here()
    require_safe(settings)
    return app_that_runs_on(settings)


if __name__ == "__main__":
    main()
