"""``make mutants``: run them, print the score, fail if a survivor is not explained."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tools.mutants import reach, table, trial, workspace
from tools.mutants.making import mutants_of
from tools.mutants.source import Mutant, Source
from tools.mutants.trial import Verdict

ROOT = Path.cwd()
PAGE = ROOT / "docs" / "mutants.md"
LAST_RUN = ROOT / workspace.GENERATED / "last.json"
_folder = ROOT

Work = tuple[Mutant, list[str], list[list[str]], float]


def chosen() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("modules", nargs="*", help="these modules only")
    parser.add_argument("--again", action="store_true", help="only what survived the last time")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    return parser.parse_args()


def rooms(only: list[str]) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Modules, options for pytest, and the tests that speak of them, from pyproject.toml."""
    for room in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutants"]["rooms"]:
        left_out = room.get("without", [])
        modules = [
            path.relative_to(ROOT).as_posix()
            for pattern in room["modules"]
            for path in sorted(ROOT.glob(pattern))
        ]
        modules = [each for each in modules if not any(fnmatch(each, out) for out in left_out)]
        if only:
            modules = [each for each in only if each in modules]
        if modules:
            yield modules, room.get("options", []), room["tests"]


def work_for(modules: list[str], options: list[str], reached: reach.Reached) -> Iterator[Work]:
    """Each mutant, its tests and how long they may take."""
    for module in modules:
        source = Source.read(ROOT, module)
        for mutant in mutants_of(source):
            rounds = trial.tests_for(mutant, source, reached)
            longest = max(sum(reached.seconds[each] for each in tests) for tests in rounds)
            yield mutant, options, rounds, 15 + 5 * longest


def _enter(numbers: Any) -> None:
    global _folder
    _folder = workspace.prepare(ROOT, f"worker{numbers.get()}")


def _judge(work: Work) -> Verdict:
    return trial.judge(_folder, *work)


def verdicts(
    modules: list[str], options: list[str], tests: list[str], choice: argparse.Namespace
) -> list[Verdict]:
    """Measure, then try every mutant of ``modules``."""
    context = get_context("fork")
    numbers = context.SimpleQueue()
    for n in range(choice.workers + 1):
        numbers.put(n)
    with context.Pool(1, _enter, (numbers,)) as pool:
        try:
            reached = pool.apply(_measure, (options, tests))
        except reach.NotGreen as error:
            raise SystemExit(str(error)) from error
    work = list(work_for(modules, options, reached))
    if choice.again:
        survived = {tuple(map(_frozen, key)) for key in json.loads(LAST_RUN.read_text())}
        work = [each for each in work if each[0].key in survived]
    with context.Pool(choice.workers, _enter, (numbers,)) as pool:
        return list(_told(pool.imap(_judge, work), len(work), table.equivalents(PAGE)))


def _measure(options: list[str], tests: list[str]) -> reach.Reached:
    return reach.measure(_folder, options, tests)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _told(found: Iterable[Verdict], total: int, known: set[table.Key]) -> Iterator[Verdict]:
    """Says on the way what survives and how far it is, for a whole run is long."""
    for n, verdict in enumerate(found, 1):
        mutant = verdict.mutant
        if not verdict.killed and mutant.key not in known:
            print(f"\n{mutant.module}:{mutant.line} {mutant.function}\n{table.as_diff(mutant)}")
        if n % 50 == 0 or n == total:
            print(f"  {n} of {total}: {mutant.module}", file=sys.stderr)
        sys.stdout.flush()
        yield verdict


def report(found: list[Verdict], known: set[table.Key]) -> int:
    """The score, module by module, and what is open. The number of unexplained survivors."""
    print(f"{'module':36}{'mutants':>8}{'killed':>8}{'survived':>9}{'timeouts':>9}{'score':>8}")
    for module in dict.fromkeys(each.mutant.module for each in found):
        own = [each for each in found if each.mutant.module == module]
        killed = sum(each.killed for each in own)
        late = sum(each.by == workspace.TIMED_OUT for each in own)
        score = f"{100 * killed / len(own):.1f}%"
        print(f"{module:36}{len(own):8}{killed:8}{len(own) - killed:9}{late:9}{score:>8}")
    survivors = [each.mutant for each in found if not each.killed]
    open_ones = [each for each in survivors if each.key not in known]
    _tell_of_needless_entries(found, known)
    counts = len(found), len(found) - len(survivors), len(survivors) - len(open_ones)
    print(
        "\n{} mutants, {} killed, {} equivalent (docs/mutants.md), {} survived unexplained".format(
            *counts, len(open_ones)
        )
    )
    return len(open_ones)


def _tell_of_needless_entries(found: list[Verdict], known: set[table.Key]) -> None:
    modules = {each.mutant.module for each in found}
    survived = {each.mutant.key for each in found if not each.killed}
    for key in sorted(known - survived):
        if key[0] in modules:
            print(f"\nno longer needed in docs/mutants.md: {key}")


def main() -> int:
    """Run the chosen mutants; 0 if every survivor is explained."""
    choice = chosen()
    begun = time.monotonic()
    found: list[Verdict] = []
    for modules, options, tests in rooms(choice.modules):
        found += verdicts(modules, options, tests, choice)
    print(f"{time.monotonic() - begun:.0f} seconds\n")
    LAST_RUN.write_text(json.dumps([each.mutant.key for each in found if not each.killed]))
    killers = [[each.mutant.key, each.by] for each in found if each.killed]
    LAST_RUN.with_name("killed.json").write_text(json.dumps(killers, ensure_ascii=False, indent=1))
    return min(report(found, table.equivalents(PAGE)), 1)


if __name__ == "__main__":
    sys.exit(main())
