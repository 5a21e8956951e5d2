"""Where the files lie that are not the package's own modules: the one place that knows.

In a checkout they stand beside the package. The wheel carries the same folders inside it, under
``shipped`` (pyproject.toml), so the way from ``ROOT`` to each is the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

from eventmail.errors import UserError

PACKAGE = Path(__file__).resolve().parent
_SHIPPED = PACKAGE / "shipped"
INSTALLED = _SHIPPED.is_dir()
ROOT = _SHIPPED if INSTALLED else PACKAGE.parent

TEMPLATES = ROOT / "templates"
MIGRATIONS = ROOT / "migrations"
MANUAL = ROOT / "docs" / "manual"
SAMPLE = ROOT / "sample_data"
ENTRY = ROOT / "app.py"
# What an update replaces as a whole: no data may lie there.
PROGRAM = PACKAGE.parent if INSTALLED else PACKAGE
# How a person types a command.
COMMAND = "eventmail" if INSTALLED else "python app.py"
DEMO = "eventmail demo" if INSTALLED else "make demo"
DEMO_RESET = "eventmail demo --reset" if INSTALLED else "make demo-reset"


def make_data_folder(folder: Path) -> None:
    """Make it where it is not there yet. Raises :class:`UserError` where that is not allowed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"データのフォルダー {folder.absolute()} を作れません（{error.strerror}）。"
            "設定 EVENTMAIL_DATA_DIR と、そのフォルダーに書ける利用者かを確かめてください。"
        ) from error


def let_revisions_be_imported() -> None:
    """The revisions say ``from migrations import …``, so what holds that folder is on the path."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
