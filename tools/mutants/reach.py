"""Which tests reach which lines, and how long each takes: one run of them all, unchanged."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from tools.mutants import workspace

# Deterministic: no cache between runs, Hypothesis with its fixed seed, no other process.
OPTIONS = (
    "-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov",
    "-p", "no:unraisableexception", "--hypothesis-profile=ci", "--no-header", "--tb=line",
)  # fmt: skip
MOST_SECONDS = 4.0
LEFT_OUT = ("[postgresql",)  # the same tests run on SQLite, in a tenth of the time


@dataclass
class Reached:
    """For each module the lines each test runs; for each test its seconds."""

    lines: dict[str, dict[str, set[int]]] = field(default_factory=lambda: defaultdict(dict))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def tests(self, module: str, first: int, last: int) -> list[str]:
        """The tests that run a line from ``first`` to ``last``, the quickest first, up to a limit.

        Any one test may be slow, but behind a long row of others it would rarely be the first
        to notice, and every survivor would have to wait for it.
        """
        found = [
            test
            for test, lines in self.lines[module].items()
            if any(first <= line <= last for line in lines)
        ]
        found.sort(key=lambda test: self.seconds[test])
        taken = accumulate(self.seconds[test] for test in found)
        return [test for test, so_far in zip(found, taken, strict=True) if so_far <= MOST_SECONDS]


class Chosen:
    """Lets these tests run, in this order, and notes which fails."""

    def __init__(self, tests: list[str] | None = None) -> None:
        self._tests = tests
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose and order."""
        if self._tests is None:
            items[:] = [each for each in items if not any(x in each.nodeid for x in LEFT_OUT)]
        else:
            found = {each.nodeid: each for each in items}
            items[:] = [found[test] for test in self._tests if test in found]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first failure."""
        if report.failed and not self.failed:
            self.failed = report.nodeid


class _Watch(Chosen):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        import coverage

        self._coverage = coverage.Coverage(
            data_file=None, source=[str(folder / "eventmail")], config_file=False
        )
        self._seconds: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.start()
        self._coverage.switch_context(item.nodeid)
        yield
        self._coverage.stop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        super().pytest_runtest_logreport(report)
        self._seconds[report.nodeid] += report.duration

    def found(self, folder: Path) -> dict[str, Any]:
        data = self._coverage.get_data()
        lines: dict[str, dict[str, list[int]]] = {}
        for file in data.measured_files():
            by_test: dict[str, list[int]] = defaultdict(list)
            for line, tests in data.contexts_by_lineno(file).items():
                for test in tests:
                    by_test[test].append(line)
            lines[Path(file).relative_to(folder).as_posix()] = by_test
        return {"lines": lines, "seconds": self._seconds}


def measure(folder: Path, options: list[str], tests: list[str]) -> Reached:
    """Run ``tests`` in ``folder``, a workspace this process has prepared."""
    answer, log = folder / "reach.json", folder / "log.txt"

    def run() -> int:
        watch = _Watch(folder)
        code = int(pytest.main([*OPTIONS, *options, *tests], plugins=[watch]))
        answer.write_text(json.dumps(watch.found(folder)))
        return code

    if workspace.in_fork(run, 1800, log) != 0:
        raise RuntimeError(f"the tests do not pass as they are:\n{log.read_text()[-4000:]}")
    found = json.loads(answer.read_text())
    reached = Reached()
    reached.seconds.update(found["seconds"])
    for module, by_test in found["lines"].items():
        reached.lines[module] = {test: set(lines) for test, lines in by_test.items()}
    return reached
