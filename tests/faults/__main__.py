"""``make faults``: all faults at length, and the table. Its exit status is 0 only if all is well.

python -m tests.faults                        everything
python -m tests.faults --only kill --quick    some scenarios, a few minutes
python -m tests.faults --seed 7               other dice
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.faults import catalogue, table
from tests.faults.handles import Nursery
from tests.faults.scenarios import Scenario
from tests.faults.servers import Postgres, Prepared
from tests.faults.table import Row
from tests.faults.world import Tools

SEED = 20261126


def main() -> int:
    """Run what was asked for, one after the other."""
    asked = _options().parse_args()
    seed = asked.seed if asked.seed is not None else SEED
    print(f"seed {seed}\n{table.line(table.HEAD)}", flush=True)
    rows: list[Row] = []
    broken: list[str] = []
    with ExitStack() as stack:
        tools = _tools(stack)
        for kind, scenario in _chosen(asked):
            try:
                rows.append(scenario.run(tools, kind, seed))
                print(table.line(rows[-1].cells), flush=True)
            except Exception:  # noqa: BLE001 - the others are worth running all the same
                broken.append(f"{scenario.name}, {kind}:\n{traceback.format_exc()}")
                print(f"{scenario.name:44} {kind:10} broken", flush=True)
    print("", *(note for row in rows for note in row.told()), sep="\n")
    print(*broken, sep="\n")
    print(table.last_line(rows))
    return 0 if rows and not broken and all(each.clean for each in rows) else 1


def _tools(stack: ExitStack) -> Tools:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="em-faults-")))
    server = stack.enter_context(Postgres())
    return Tools(folder, stack.enter_context(Nursery()), Prepared(folder, server), server)


def _chosen(asked: argparse.Namespace) -> Iterator[tuple[str, Scenario]]:
    for kind, scenario in catalogue.QUICK if asked.quick else catalogue.LONG:
        if asked.only in scenario.name and kind.startswith(asked.database):
            yield kind, scenario


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--quick", action="store_true", help="fewer mails and fewer kills")
    parser.add_argument("--only", default="", help="scenarios whose name has these words")
    parser.add_argument("--database", default="", help="sqlite or postgresql alone")
    parser.add_argument("--seed", type=int, help="of all dice")
    return parser


if __name__ == "__main__":
    sys.exit(main())
