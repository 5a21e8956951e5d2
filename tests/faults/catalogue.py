"""All scenarios, as they are run at length and in short."""

from __future__ import annotations

from dataclasses import replace

from tests.faults import kills, machine, people, relay
from tests.faults.kills import killing
from tests.faults.scenarios import Scenario

Listed = tuple[tuple[str, Scenario], ...]
OTHERS: Listed = tuple(
    (kind, each)
    for each in (
        *kills.SCENARIOS,
        *relay.SCENARIOS,
        *machine.SCENARIOS,
        machine.UNPRIVILEGED,
        *people.SCENARIOS,
    )
    for kind in each.kinds
)
LONG: Listed = (
    ("sqlite", killing(1, 1_500, 100)),
    ("sqlite", killing(2, 3_000, 200)),
    ("postgresql", killing(4, 3_000, 200)),
    ("sqlite", killing(2, 600, 30, batch=10)),
    ("postgresql", killing(2, 600, 30, batch=10)),
    *OTHERS,
)
QUICK: Listed = (
    ("sqlite", killing(1, 150, 8)),
    ("sqlite", killing(2, 300, 15)),
    ("postgresql", killing(4, 300, 20)),
    *OTHERS,
)


def _named(name: str, kind: str, mails: int) -> tuple[str, Scenario]:
    found = next(each for number, each in OTHERS if (each.name, number) == (name, kind))
    return kind, replace(found, mails=mails)


SHORT: Listed = (
    ("sqlite", killing(2, 300, 15)),
    ("postgresql", killing(4, 300, 20)),
    _named("connections lost, stalls, garbage", "sqlite", 100),
    _named("greylisting", "postgresql", 60),
    _named("clock jumps", "postgresql", 100),
    _named("STOP under full load", "sqlite", 200),
)
