"""Entry: the WSGI application (``app:create_app``) and the command line."""

from flask import Flask

import eventmail
from eventmail.cli import main, settings_here


def create_app() -> Flask:
    """The web application with the settings of the environment."""
    return eventmail.create_app(settings_here())


if __name__ == "__main__":
    main()
