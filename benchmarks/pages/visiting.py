"""Opens the pages: each by itself, to see what it costs, then all of them mixed, as many a second
as are asked for, whether or not the answers come."""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks.pages.paths import Page
from benchmarks.pages.serving import LONGEST_SECONDS, NO_ANSWER, Site

AT_ONCE = 64


@dataclass
class Seen:
    """What was measured of one page. Times in seconds."""

    page: Page
    status: int = 0
    size: int = 0
    web: float = 0.0
    database: float = 0.0
    queries: int = 0
    alone: float = 0.0
    times: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of the mixed run."""
        return statistics.median(self.times) if self.times else self.alone

    @property
    def p95(self) -> float:
        """The time that 95 of 100 requests keep to."""
        ordered = sorted(self.times) or [self.alone]
        return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]

    @property
    def slowest(self) -> float:
        """The longest of all."""
        return max(self.times, default=self.alone)


def alone(site: Site, pages: list[Page], times: int) -> list[Seen]:
    """Each page a few times with nothing beside it."""
    found = []
    for page in pages:
        found.append(_alone(site, page, times))
        _say(found[-1])
    return found


def warm(site: Site, pages: list[Page], times: int) -> None:
    """Each page a few times first: then every process has put its statements and templates into
    words, as one that has been serving for a while.
    """
    for _ in range(times):
        for page in pages:
            site.get(page.who, page.path)


def _say(seen: Seen) -> None:
    told = f"{1000 * seen.web:.0f} + {1000 * seen.database:.0f} ms, {seen.queries} queries"
    print(f"  {seen.page.told} {seen.status}: {told}", flush=True)


def _alone(site: Site, page: Page, times: int) -> Seen:
    seen = Seen(page)
    seen.status, seen.size = site.get(page.who, page.path)
    if seen.status == NO_ANSWER:  # once is enough
        seen.alone = LONGEST_SECONDS
        return seen
    queries, (web, before) = site.queries(), site.processor()
    started = time.perf_counter()
    for _ in range(times):
        site.get(page.who, page.path)
    seen.alone = (time.perf_counter() - started) / times
    web_now, now = site.processor()
    seen.web = (web_now - web) / times
    seen.database = sum(used - before.get(pid, used) for pid, used in now.items()) / times
    seen.queries = round((site.queries() - queries) / times)
    return seen


def mixed(site: Site, seen: list[Seen], rate: float, seconds: float, seed: int) -> int:
    """So many requests a second in a mixed order; how many failed. Nothing waits for an answer:
    a request's time begins when it was due, also if all hands were full."""
    order = _order(seen, int(rate * seconds), seed)
    failed: dict[int, int] = defaultdict(int)
    started = time.monotonic() + 0.5

    def ask(number: int, each: Seen) -> None:
        due = started + number / rate
        status, _ = site.get(each.page.who, each.page.path)
        failed[status] += 1
        each.times.append(time.monotonic() - due)

    with ThreadPoolExecutor(AT_ONCE) as hands:
        for number, each in enumerate(order):
            time.sleep(max(0.0, started + number / rate - time.monotonic()))
            hands.submit(ask, number, each)
    return sum(count for status, count in failed.items() if status in (0, 429, 500, 502, 503))


def _order(seen: list[Seen], count: int, seed: int) -> list[Seen]:
    """Every page as often as any other, each round in an order of its own."""
    chance = random.Random(seed)
    order: list[Seen] = []
    while len(order) < count:
        order += chance.sample(seen, len(seen))
    return order[:count]
