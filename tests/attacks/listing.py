"""Lists every attack with its verdict: ``pytest tests/attacks -p tests.attacks.listing``.

One line each, ``stopped  BARRIER  ATTACK``; ``REACHED`` for one that got through, ``UNPROVED``
for one that did not succeed without its barrier either. With and without pytest-xdist.
"""

from __future__ import annotations

import pytest

STOPPED, REACHED, UNPROVED = "stopped", "REACHED", "UNPROVED"
Found = dict[tuple[int, str, str], set[str]]
KEY = pytest.StashKey[Found]()


def pytest_configure(config: pytest.Config) -> None:
    found: Found = {}
    config.stash[KEY] = found
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Listener(found))


class _Listener:
    def __init__(self, found: Found) -> None:
        self._found = found

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties)
        if "attack" in told and report.when == "teardown":
            number, barrier, title = told["attack"]
            self._found.setdefault((number, barrier, title), set()).add(_verdict(told))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        if report.passed and "attack" in dict(report.user_properties):
            return ("passed" if report.when == "call" else "", "", "")
        return None


def _verdict(told: dict[str, object]) -> str:
    if told.get("stopped") is False:
        return REACHED
    return STOPPED if told.get("proved") else UNPROVED


def _worst(verdicts: set[str]) -> str:
    return next(each for each in (REACHED, UNPROVED, STOPPED) if each in verdicts)


def pytest_unconfigure(config: pytest.Config) -> None:
    found = config.stash.get(KEY, {})
    if hasattr(config, "workerinput") or not found:
        return
    lines = [(_worst(found[each]), *each[1:]) for each in sorted(found)]
    for verdict, barrier, title in lines:
        print(f"{verdict:<8}  {barrier:<16}  {title}")
    stopped = sum(verdict == STOPPED for verdict, _, _ in lines)
    print(f"{len(lines)} attacks, {stopped} stopped")
