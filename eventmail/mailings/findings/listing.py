"""The rules as a table for ``docs/findings.md``; a test compares the page with the registry."""

from __future__ import annotations

from eventmail.mailings.findings.finding import Level
from eventmail.mailings.findings.registry import RULES, Rule

WEIGHTS = {Level.BLOCK: "止める", Level.WARN: "警告", Level.NOTE: "お知らせ"}
BEGIN, END = "<!-- rules -->\n", "<!-- /rules -->\n"
HEAD = "| 符号 | 重さ | 行 | 見つけるもの | 直し方 |\n|---|---|---|---|---|\n"


def renewed(page: str) -> str:
    """The page with its table made anew, and everything else as it is."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + HEAD + "".join(map(_line, RULES)) + END + after


def _line(rule: Rule) -> str:
    weight = "・".join(WEIGHTS[level] for level in rule.levels)
    return f"| `{rule.code}` | {weight} | {rule.lines} | {rule.sees} | {rule.way_out} |\n"
