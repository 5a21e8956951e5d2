"""Here the rule about hurry is itself."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def office_hours() -> None:
    """No rule is quietened."""
