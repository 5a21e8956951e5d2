"""The tables: for a terminal, or as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from benchmarks.scale.failover import Failed
from benchmarks.scale.sending import Sent

MB = 1024 * 1024
Row = Sequence[str]
WORKERS_HEAD = (
    "round trip ms", "workers", "mails", "mails/s", "lowest–highest", "to 1 worker",
    "worker ms/mail", "PostgreSQL ms/mail", "relay ms/mail", "cores busy", "worker MB",
)  # fmt: skip
LENGTHS_HEAD = (
    "sent before", "mails", "mails/s", "worker ms/mail", "to first",
    "PostgreSQL ms/mail", "to first", "its clock ms/mail", "log kB/mail", "look ms/mail",
    "worker MB", "after look MB", "database MB", "approve ms/mail", "prepare ms/mail",
)  # fmt: skip
FAILOVER_HEAD = (
    "kill -9", "mails", "silence s", "web back s", "in hand settled s", "over s",
    "refused", "restarts", "accepted", "uncertain", "lost", "doubled", "wrong",
)  # fmt: skip


def by_workers(runs: dict[tuple[float, int], list[Sent]]) -> list[Row]:
    """Medians of each round trip and number of workers."""
    rows: list[Row] = [WORKERS_HEAD]
    for (trip, workers), some in runs.items():
        first = runs[trip, min(number for other, number in runs if other == trip)]
        rates = sorted(each.rate for each in some)
        rows.append(
            (
                f"{trip:g}", str(workers), f"{some[0].mails:,}",
                _short(median(some, _rate)), f"{_short(rates[0])}–{_short(rates[-1])}",
                f"{median(some, _rate) / median(first, _rate):.2f}",
                f"{median(some, _worker):.2f}", f"{median(some, _database):.2f}",
                f"{median(some, lambda each: each.each(each.spent.relay)):.2f}",
                f"{median(some, _cores):.2f}",
                f"{median(some, lambda each: each.spent.largest):.0f}",
            )
        )  # fmt: skip
    return rows


def by_length(runs: Sequence[Sent]) -> list[Row]:
    """One row for each length; what a mail costs beside what it cost in the first."""
    rows: list[Row] = [LENGTHS_HEAD]
    for each in runs:
        look = each.each(each.look.workers + each.look.database)
        rows.append(
            (
                f"{each.before:,}", f"{each.mails:,}", _short(each.rate),
                f"{_worker(each):.2f}", f"{_worker(each) / _worker(runs[0]):.2f}",
                f"{_database(each):.2f}", f"{_database(each) / _database(runs[0]):.2f}",
                f"{each.each(each.spent.executing):.2f}",
                f"{each.spent.wal / each.mails / 1024:.2f}", f"{look:.2f}",
                f"{each.spent.largest:.0f}", f"{each.look.largest:.0f}", f"{each.size / MB:.0f}",
                f"{each.each(each.approving):.2f}", f"{each.each(each.preparing):.2f}",
            )
        )  # fmt: skip
    return rows


def by_death(runs: Sequence[Failed]) -> list[Row]:
    """One row for each death."""
    rows: list[Row] = [FAILOVER_HEAD]
    for each in runs:
        found = each.verdict
        times = (each.silence, each.back, each.unsettled, each.over)
        counts = (
            each.refused, each.restarts, found.accepted, found.uncertain,
            len(found.lost), len(found.doubled), len(found.wrong),
        )  # fmt: skip
        rows.append(
            (each.name, f"{found.mails:,}", *(f"{one:.1f}" for one in times), *map(str, counts))
        )
    return rows


def last_line(runs: Sequence[Failed]) -> str:
    """What became of all mails."""
    found = [each.verdict for each in runs]
    lost, doubled = sum(len(each.lost) for each in found), sum(len(each.doubled) for each in found)
    uncertain = sum(each.uncertain for each in found)
    mails = sum(each.mails for each in found)
    return f"{mails} mails: lost {lost}, doubled {doubled}, uncertain {uncertain}"


def median(runs: Sequence[Sent], measure: Callable[[Sent], float]) -> float:
    """Of several runs."""
    return statistics.median(map(measure, runs))


def table(rows: Sequence[Row], *, markdown: bool) -> str:
    """Figures to the right, whatever the form."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [[cell.rjust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    if not markdown:
        return "\n".join("  ".join(line) for line in lines)
    lines.insert(1, [f"{'-' * (width - 1)}:" for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rate(each: Sent) -> float:
    return each.rate


def _worker(each: Sent) -> float:
    return each.each(each.spent.workers)


def _database(each: Sent) -> float:
    return each.each(each.spent.database)


def _cores(each: Sent) -> float:
    return (each.spent.workers + each.spent.database + each.spent.relay) / each.seconds


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"
