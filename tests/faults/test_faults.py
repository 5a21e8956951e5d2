"""The short version of ``make faults``: nobody is lost and nobody gets two, whatever happens."""

from __future__ import annotations

import pytest

from tests.faults import catalogue, table
from tests.faults.scenarios import Scenario
from tests.faults.world import Tools

SEED = 20261126


@pytest.mark.parametrize(
    ("kind", "scenario"),
    catalogue.SHORT,
    ids=[f"{scenario.name}, {kind}" for kind, scenario in catalogue.SHORT],
)
def test_no_mail_is_lost_and_none_is_doubled(kind: str, scenario: Scenario, tools: Tools) -> None:
    row = scenario.run(tools, kind, SEED)
    assert row.clean, "\n".join([table.line(row.cells), *row.told(), f"seed {SEED}"])
    assert row.verdict.accepted > 0
