"""Findings: what rules see in a draft before anybody is asked to check it."""

from eventmail.mailings.findings.finding import Finding, Level, Place, Where
from eventmail.mailings.findings.rehearsing import of_rehearsal
from eventmail.mailings.findings.writing import of_content

__all__ = ["Finding", "Level", "Place", "Where", "of_content", "of_rehearsal"]
