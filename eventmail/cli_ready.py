"""The settings with which a command begins."""

from __future__ import annotations

from pathlib import Path

from eventmail import config, migrate
from eventmail.audit.keys import opened
from eventmail.config import Settings
from eventmail.files import make_data_folder


def settings_here() -> Settings:
    """The settings of this environment and the ``.env`` file in the working folder."""
    return config.load(dotenv=Path(".env"))


def ready() -> Settings:
    """The same, of an installation whose database is there and up to date."""
    settings = settings_here()
    make_data_folder(settings.data_dir)
    with opened(settings) as database:
        migrate.require_current(database)
    return settings
