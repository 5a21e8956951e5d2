"""The table of medians and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.delivery import cases
from benchmarks.delivery.cases import Case
from benchmarks.delivery.running import Run

HEADINGS = (
    "case", "sender", "mails", "mails/s", "lowest–highest", "CPU ms/mail", "memory MB",
    "first after s", "from then on mails/s", "ours : it", "from then on : it",
)  # fmt: skip


@dataclass
class Results:
    """All runs by case and sender, in the order they were made."""

    runs: dict[tuple[str, str], list[Run]] = field(default_factory=dict)

    def add(self, case: Case, sender: str, run: Run) -> None:
        """Keep one run."""
        self.runs.setdefault((case.name, sender), []).append(run)

    def of_ours(self, case: str, measure: Callable[[Run], float]) -> float | None:
        """The median of a measure of ours, if it took part."""
        found = self.runs.get((case, cases.OURS))
        return statistics.median(map(measure, found)) if found else None


def rate(run: Run) -> float:
    """Mails a second."""
    return run.mails / run.seconds


def rate_once_begun(run: Run) -> float:
    """Mails a second from the first one on."""
    return run.mails / (run.seconds - run.begun)


def table(results: Results) -> str:
    """As Markdown, which is readable on a terminal as well."""
    rows = [HEADINGS, ["---", "---", *["---:"] * (len(HEADINGS) - 2)]]
    rows += [_cells(results, case, sender) for case, sender in results.runs]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADINGS))]
    return "\n".join(_line(row, widths) for row in rows)


def _cells(results: Results, case: str, sender: str) -> list[str]:
    runs = results.runs[case, sender]
    rates = sorted(map(rate, runs))
    middle = statistics.median(rates)
    return [
        case,
        sender,
        f"{runs[0].mails:,}",
        _short(middle),
        f"{_short(rates[0])}–{_short(rates[-1])}",
        f"{statistics.median(1000 * each.cpu / each.mails for each in runs):.2f}",
        f"{statistics.median(each.memory for each in runs):.0f}",
        *(_begun(runs) if sender == cases.OURS else ("", "")),
        *(_ratio(results.of_ours(case, each), middle, sender) for each in (rate, rate_once_begun)),
    ]


def _begun(runs: list[Run]) -> tuple[str, str]:
    after = statistics.median(each.begun for each in runs)
    return f"{after:.2f}", _short(statistics.median(map(rate_once_begun, runs)))


def _ratio(ours: float | None, other: float, sender: str) -> str:
    return f"{ours / other:.2f}" if ours and sender != cases.OURS else ""


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _line(row: list[str] | tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
    return "| " + " | ".join(cells) + " |"
