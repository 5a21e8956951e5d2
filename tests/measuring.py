"""Coverage is read where it is asked for: while the tests of those rooms run.

Tracing costs a test half as much again, and the rooms with a floor (``tools/coverage_floor.py``)
have tests of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

ROOMS = ("addresses", "roster", "spreadsheet", "mailings", "outbox", "wire")
_PLACES = (
    *(f"tests/test_{room}" for room in ROOMS),
    *(f"tests/{room}/" for room in ROOMS),
    "tests/incidents/calls/test_audiences",  # of mailings: whom the calls of an incident name
)


def is_measured(nodeid: str) -> bool:
    """Whether a test is one of those rooms'."""
    return nodeid.startswith(_PLACES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Rest while another test runs, with its fixtures."""
    measuring = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(measuring, "cov_controller", None)
    resting = controller is not None and controller.started and not is_measured(item.nodeid)
    if resting:
        controller.pause()
    try:
        return (yield)
    finally:
        if resting:
            controller.resume()
