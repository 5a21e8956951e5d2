"""Findings: what rules see in a draft before anybody is asked to check it."""

from eventmail.mailings.findings.finding import (
    UNSEARCHABLE,
    Finding,
    Level,
    Place,
    Where,
    is_liftable,
)
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.registry import CODES, RULES, Rule, of_ground
from eventmail.mailings.findings.rehearsing import of_materials, of_rehearsal
from eventmail.mailings.findings.writing import of_content

__all__ = [
    "CODES",
    "RULES",
    "UNSEARCHABLE",
    "Finding",
    "Ground",
    "Level",
    "Place",
    "Rule",
    "Where",
    "is_liftable",
    "of_content",
    "of_ground",
    "of_materials",
    "of_rehearsal",
]
