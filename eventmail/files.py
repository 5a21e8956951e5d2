"""Where the files lie that are not the package's own modules: the one place that knows.

In a checkout they stand beside the package. The wheel carries the same folders inside it, under
``shipped`` (pyproject.toml), so the way from ``ROOT`` to each is the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

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


def let_revisions_be_imported() -> None:
    """The revisions say ``from migrations import …``, so what holds that folder is on the path."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
