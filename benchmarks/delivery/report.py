"""The table of medians and ratios."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from benchmarks.delivery import cases
from benchmarks.delivery.cases import Case
from benchmarks.delivery.running import Run

HEADINGS = (
    "case", "sender", "mails", "mails/s", "lowest–highest", "CPU ms/mail", "memory MB",
    "first after s", "ours : it",
)  # fmt: skip


@dataclass
class Results:
    """All runs by case and sender, in the order they were made."""

    runs: dict[tuple[str, str], list[Run]] = field(default_factory=dict)

    def add(self, case: Case, sender: str, run: Run) -> None:
        """Keep one run."""
        self.runs.setdefault((case.name, sender), []).append(run)

    def rate(self, case: str, sender: str) -> float | None:
        """The median of mails (transactions) a second."""
        found = self.runs.get((case, sender))
        return statistics.median(rate(each) for each in found) if found else None


def rate(run: Run) -> float:
    """Mails a second."""
    return run.mails / run.seconds


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
    ours = results.rate(case, cases.OURS)
    return [
        case,
        sender,
        f"{runs[0].mails:,}",
        _short(middle),
        f"{_short(rates[0])}–{_short(rates[-1])}",
        f"{statistics.median(1000 * each.cpu / each.mails for each in runs):.2f}",
        f"{statistics.median(each.memory for each in runs):.0f}",
        f"{statistics.median(each.begun for each in runs):.2f}" if sender == cases.OURS else "",
        f"{ours / middle:.2f}" if ours and sender != cases.OURS else "",
    ]


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _line(row: list[str] | tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
    return "| " + " | ".join(cells) + " |"
