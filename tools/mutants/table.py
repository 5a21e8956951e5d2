"""``docs/mutants.md``: the mutants that change nothing anybody can see, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.mutants.source import Mutant

Key = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def equivalents(page: Path) -> set[Key]:
    """The keys under the headings ``## module`` and ``### function``, one for each change."""
    module = function = ""
    found: set[Key] = set()
    block: list[str] | None = None
    for line in page.read_text().splitlines():
        if line.startswith("## "):
            module = line[3:].strip(" `")
        elif line.startswith("### "):
            function = line[4:].strip(" `")
        elif line == "```diff":
            block = []
        elif block is not None and line == "```":
            found |= {(module, function, *change) for change in _changes(block)}
            block = None
        elif block is not None:
            block.append(line)
    return found


def _changes(block: list[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Changes are set apart by an empty line."""
    for change in "\n".join(block).split("\n\n"):
        lines = change.splitlines()
        before = tuple(each[1:].strip() for each in lines if each.startswith("-"))
        yield before, tuple(each[1:].strip() for each in lines if each.startswith("+"))


def as_diff(mutant: Mutant) -> str:
    """As the page has it."""
    lines = [*(f"- {each}" for each in mutant.before), *(f"+ {each}" for each in mutant.after)]
    return "\n".join(line.rstrip() for line in lines)
