"""The table: the slowest page first."""

from __future__ import annotations

import os
from collections.abc import Callable

from benchmarks.pages.visiting import Seen

LIMIT = 0.2
HEADINGS = [
    "page", "who", "status", "n", "median ms", "p95 ms", "max ms", "alone ms", "CPU web ms",
    "CPU database ms", "queries", "kB",
]  # fmt: skip


def cells(each: Seen) -> list[str]:
    """One line."""
    times = (each.median, each.p95, each.slowest, each.alone, each.web, each.database)
    return [
        each.page.told,
        each.page.who,
        str(each.status),
        str(len(each.times)),
        *(f"{1000 * one:.0f}" for one in times),
        str(each.queries),
        f"{each.size / 1000:.0f}",
    ]


def table(seen: list[Seen], *, markdown: bool) -> str:
    """All lines, for a terminal or for README.md."""
    worst: Callable[[Seen], float] = lambda each: -each.p95  # noqa: E731
    rows = [HEADINGS, *(cells(each) for each in sorted(seen, key=worst))]
    if markdown:
        rows.insert(1, ["---", "---", *["---:"] * (len(HEADINGS) - 2)])
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    first = [each.ljust(widths[0]) for each in next(zip(*rows, strict=True))]
    rest = ("  ".join(map(str.rjust, row[1:], widths[1:])) for row in rows)
    return "\n".join(f"{name}  {line}" for name, line in zip(first, rest, strict=True))


def totals(seen: list[Seen], failed: int, rate: float) -> str:
    """All pages together, and the one line that counts."""
    times = sorted(one for each in seen for one in each.times) or [0.0]
    every = len(times)
    web = sum(each.web for each in seen) / len(seen)
    database = sum(each.database for each in seen) / len(seen)
    slow = sum(each.p95 > LIMIT for each in seen)
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return "\n".join(
        (
            f"{every} requests at {rate:g} a second, {failed} failed; all pages together: median "
            f"{1000 * times[every // 2]:.0f} ms, p95 {1000 * times[int(every * 0.95)]:.0f} ms",
            f"processor for a page: web {1000 * web:.0f} ms, database {1000 * database:.0f} ms; "
            f"{os.cpu_count()} cores, load {load}",
            f"p95 over {1000 * LIMIT:.0f} ms: {slow} of {len(seen)} pages",
        )
    )
