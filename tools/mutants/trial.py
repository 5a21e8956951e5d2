"""One mutant against the tests that reach it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.mutants import workspace
from tools.mutants.reach import OPTIONS, Chosen, Reached
from tools.mutants.source import Mutant, Source


EVERYWHERE = (1, 1_000_000)


@dataclass(frozen=True)
class Verdict:
    """``by``: the test that failed, "timed out", or nothing if the mutant survived."""

    mutant: Mutant
    killed: bool
    by: str


def tests_for(mutant: Mutant, source: Source, reached: Reached) -> list[list[str]]:
    """The module's own tests, and then, if none of them notices, the quickest of the others.

    Those that run the changed statement or, where none does, any line of its function; for what
    is in no function (a table, a pattern) those that run anything of the module, and all its own.
    """
    stem = mutant.module.rpartition("/")[2].removesuffix(".py")
    own = [each for each in reached.quickest() if f"/test_{stem}" in each.partition("::")[0]]
    found = list(own)
    for span in reversed(_spans(mutant, source)):
        if tests := reached.tests(mutant.module, *span):
            found = tests if span != EVERYWHERE else [*own, *tests]
            break
    others = [each for each in dict.fromkeys(found) if each not in own]
    return [[each for each in own if each in found], reached.up_to_limit(others)]


def _spans(mutant: Mutant, source: Source) -> list[tuple[int, int]]:
    """From the whole module down to the statement, as far as it is inside a function."""
    spans = [EVERYWHERE]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= (node.end_lineno or 0):
            if isinstance(node, ast.FunctionDef):
                spans.append((node.body[0].lineno, node.end_lineno or 0))
            elif not isinstance(node, ast.ClassDef) and len(spans) > 1:
                spans.append((node.lineno, _end_of_head(node)))
    return spans


def _end_of_head(node: ast.stmt) -> int:
    """The last line of a statement, or of what stands before its block."""
    body = getattr(node, "body", None)
    return body[0].lineno - 1 if body else node.end_lineno or 0


def judge(
    folder: Path, mutant: Mutant, options: list[str], rounds: list[list[str]], seconds: float
) -> Verdict:
    """Run the tests, round by round, with the mutant in place of its module."""
    with workspace.Changed(folder / mutant.module, mutant.content):
        for tests in filter(None, rounds):
            by = _noticed(folder, options, tests, seconds)
            if by:
                return Verdict(mutant, True, by)
    return Verdict(mutant, False, "")


def _noticed(folder: Path, options: list[str], tests: list[str], seconds: float) -> str:
    """What failed or hung, and does so again: a busy machine must not count as a kill."""
    by = _run(folder, options, tests, seconds)
    if not by:
        return by
    if by in tests and _run(folder, options, [by], seconds):
        return by
    return _run(folder, options, tests, seconds)


def _run(folder: Path, options: list[str], tests: list[str], seconds: float) -> str:
    note = folder / "failed.txt"
    note.unlink(missing_ok=True)
    files = sorted({test.partition("::")[0] for test in tests})

    def run() -> int:
        chosen = Chosen(tests)
        code = int(pytest.main([*OPTIONS, *options, *files], plugins=[chosen]))
        note.write_text(chosen.failed)
        return code

    code = workspace.in_fork(run, seconds, folder / "log.txt")
    if code in (0, workspace.TIMED_OUT):
        return str(code or "")
    return (note.read_text() if note.exists() else "") or "not even imported"
