"""Findings: what rules see in a draft before anybody is asked to check it."""

from eventmail.mailings.findings.finding import Finding, Level, Place, Where
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.registry import CODES, RULES, Rule, of_ground
from eventmail.mailings.findings.rehearsing import of_rehearsal
from eventmail.mailings.findings.writing import of_content

__all__ = [
    "CODES",
    "RULES",
    "Finding",
    "Ground",
    "Level",
    "Place",
    "Rule",
    "Where",
    "of_content",
    "of_ground",
    "of_rehearsal",
]
