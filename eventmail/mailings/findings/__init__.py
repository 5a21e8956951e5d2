"""Findings: what rules see in a draft before anybody is asked to check it."""

from eventmail.mailings.findings.finding import (
    UNSEARCHABLE,
    Finding,
    Level,
    Place,
    Where,
    is_liftable,
)
from eventmail.mailings.findings.rehearsing import of_rehearsal
from eventmail.mailings.findings.writing import of_content

__all__ = [
    "UNSEARCHABLE",
    "Finding",
    "Level",
    "Place",
    "Where",
    "is_liftable",
    "of_content",
    "of_rehearsal",
]
