"""Loading the application sets no mapper up: that needs every table, in whatever order."""

from __future__ import annotations

import subprocess
import sys

import pytest

# What each kind of process loads first.
STARTS = ("eventmail.cli", "eventmail.web", "eventmail.outbox.worker", "eventmail.incidents.views")
ASKED = (
    "import sys, {start}; from eventmail.database import Base; "
    "sys.exit(str([m.class_.__name__ for m in Base.registry.mappers if m.configured] or ''))"
)


@pytest.mark.parametrize("start", STARTS)
def test_nothing_is_set_up_by_loading(start: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED.format(start=start)], capture_output=True, text=True
    )
    assert done.stderr.strip() == ""
