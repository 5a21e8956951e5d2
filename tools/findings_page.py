"""Writes the table of docs/findings.md from the registry of the rules."""

from pathlib import Path

from eventmail.mailings.findings.listing import renewed

page = Path(__file__).resolve().parent.parent / "docs" / "findings.md"
page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
