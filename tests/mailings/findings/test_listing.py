"""The page that lists the rules is what the registry says, and names every line of the design."""

from __future__ import annotations

from pathlib import Path

from eventmail.mailings.findings import RULES
from eventmail.mailings.findings.listing import renewed

PAGE = Path(__file__).resolve().parents[3] / "docs" / "findings.md"
LINES = {"L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L16", "L19"}


def test_the_page_is_made_from_the_registry() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == renewed(text), "run: make settings"
    assert all(f"`{each.code}`" in text for each in RULES)


def test_every_line_of_the_design_that_a_rule_can_see_has_one() -> None:
    covered = {line for each in RULES for line in each.lines.split()}
    assert covered >= LINES


def test_every_rule_says_what_it_sees_and_the_way_out() -> None:
    assert all(each.sees and each.way_out and each.levels for each in RULES)
