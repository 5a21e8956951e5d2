"""One mutant against the tests that reach it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.mutants import workspace
from tools.mutants.reach import OPTIONS, Chosen, Reached
from tools.mutants.source import Mutant, Source


@dataclass(frozen=True)
class Verdict:
    """``by``: the test that failed, "timed out", or nothing if the mutant survived."""

    mutant: Mutant
    killed: bool
    by: str


def tests_for(mutant: Mutant, source: Source, reached: Reached) -> list[str]:
    """Those that run the changed statement or, where none does, any line of its function.

    For what is not in a function (a table, a pattern) those that run anything of the module.
    """
    last_line = 1_000_000
    spans = [(1, last_line)]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= (node.end_lineno or 0):
            if isinstance(node, ast.FunctionDef):
                spans.append((node.body[0].lineno, node.end_lineno or 0))
            elif not isinstance(node, ast.ClassDef) and len(spans) > 1:
                spans.append((node.lineno, _end_of_head(node)))
    found = (reached.tests(mutant.module, *span) for span in reversed(spans))
    return next(filter(None, found), [])


def _end_of_head(node: ast.stmt) -> int:
    """The last line of a statement, or of what stands before its block."""
    body = getattr(node, "body", None)
    return body[0].lineno - 1 if body else node.end_lineno or 0


def judge(
    folder: Path, mutant: Mutant, options: list[str], tests: list[str], seconds: float
) -> Verdict:
    """Run ``tests`` with the mutant in place of its module."""
    if not tests:
        return Verdict(mutant, False, "")
    note = folder / "failed.txt"
    note.unlink(missing_ok=True)
    files = sorted({test.partition("::")[0] for test in tests})

    def run() -> int:
        chosen = Chosen(tests)
        code = int(pytest.main([*OPTIONS, *options, *files], plugins=[chosen]))
        note.write_text(chosen.failed)
        return code

    with workspace.Changed(folder / mutant.module, mutant.content):
        code = workspace.in_fork(run, seconds, folder / "log.txt")
    if code == workspace.TIMED_OUT:
        return Verdict(mutant, True, workspace.TIMED_OUT)
    by = note.read_text() if note.exists() else ""
    return Verdict(mutant, code != 0, by or ("not even imported" if code else ""))
