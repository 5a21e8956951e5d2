"""The short version of ``make faults``: nobody is lost and nobody gets two, whoever is killed."""

from __future__ import annotations

import pytest

from tests.faults import kills, table
from tests.faults.scenarios import Scenario
from tests.faults.world import Tools

SEED = 20261126
CASES: dict[str, tuple[str, Scenario]] = {
    "SQLite, two workers": ("sqlite", kills.killing(2, 300, 15)),
    "PostgreSQL, four workers": ("postgresql", kills.killing(4, 300, 20)),
}


@pytest.mark.parametrize("name", CASES)
def test_killed_workers_neither_lose_nor_double_a_mail(name: str, tools: Tools) -> None:
    kind, scenario = CASES[name]
    row = scenario.run(tools, kind, SEED)
    assert row.clean, "\n".join([table.line(row.cells), *row.faults(), f"seed {SEED}"])
    assert row.verdict.accepted > 0
