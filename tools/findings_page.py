"""Writes docs/findings.md from the registry of the rules."""

from pathlib import Path

from eventmail.mailings.findings.listing import page

target = Path(__file__).resolve().parent.parent / "docs" / "findings.md"
target.write_text(page(), encoding="utf-8")
