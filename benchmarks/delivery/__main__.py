"""Delivery beside other senders and the wire's limit, side by side in one run.

make bench                                            all of it, three rounds
python -m benchmarks.delivery --quick --cases S,A     a look in passing
python -m benchmarks.delivery --peers ours,wire --database postgresql
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.delivery import cases, prepare, report
from benchmarks.delivery.cases import CASES, SENDERS, Case
from benchmarks.delivery.ours import Knobs, ours
from benchmarks.delivery.prepare import Wanted
from benchmarks.delivery.report import Results
from benchmarks.delivery.running import Run, other
from benchmarks.delivery.stores import Files, Store, store
from benchmarks.delivery.wire import measured_round_trip, sink
from eventmail.database import Database

FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"


def main() -> None:
    """Run what was asked for and print the table."""
    asked = _options().parse_args()
    chosen = [each.quick() if asked.quick else each for each in CASES if each.name in asked.cases]
    results, loads = Results(), [os.getloadavg()[0]]
    with store(asked.database, FOLDER) as kept:
        if asked.memory:
            _measure_memory(kept, asked)
            return
        _make_ready(chosen)
        for number in range(1, asked.rounds + 1):
            _say(f"round {number} of {asked.rounds}, load average {os.getloadavg()[0]:.1f}")
            for case in chosen:
                for sender in (each for each in SENDERS if _asked_for(each, asked.peers)):
                    if case.takes_part(sender):
                        results.add(case, sender, _run(case, sender, kept, asked))
                        loads.append(os.getloadavg()[0])
    for case in chosen:
        print(f"{case.name}: {case.title}")
    print(f"ours: {asked.workers} workers, {asked.connections} connections, {asked.database}")
    print(
        f"{asked.rounds} rounds on {os.cpu_count()} cores, load {min(loads):.1f}–{max(loads):.1f}\n"
    )
    print(report.table(results))


def _measure_memory(kept: Store, asked: argparse.Namespace) -> None:
    """The largest worker process at 1,000, 10,000 and 100,000 recipients of case S."""
    knobs = Knobs(asked.workers, asked.connections, record=True)
    print("| recipients | mails/s | largest worker MB | after the look at all mails MB |")
    print("| ---: | ---: | ---: | ---: |")
    for mails in (100, 1_000, 10_000) if asked.quick else (1_000, 10_000, 100_000):
        with sink(FOLDER, 0) as port:
            run = ours(CASES[0], mails, port, kept, FOLDER, knobs)
        rate = f"{report.rate(run):,.0f}"
        later = f"{run.afterwards:.0f}" if run.afterwards else "not in time"
        print(f"| {mails:,} | {rate} | {run.largest:.0f} | {later} |", flush=True)


def _make_ready(chosen: list[Case]) -> None:
    """The mails that the wire's limit is measured with: two of ours, as they leave."""
    for file, name in ((False, "text.eml"), (True, "with-file.eml")):
        if any(each.file is file for each in chosen):
            url = prepare.copied(Files(FOLDER), Wanted(1, file), FOLDER)
            database = Database(url)
            prepare.write_sample(database, FOLDER / name)
            database.dispose()


def _run(case: Case, sender: str, kept: Store, asked: argparse.Namespace) -> Run:
    with sink(FOLDER, case.round_trip) as port:
        trip = f", round trip {measured_round_trip(port):.1f} ms" if case.round_trip else ""
        if sender == cases.OURS:
            knobs = Knobs(asked.workers, asked.connections)
            run = ours(case, case.mails_of(sender), port, kept, FOLDER, knobs)
        else:
            run = other(sender, case, port, FOLDER)
    _say(
        f"  {case.name:4} {sender:14} {run.mails:6} mails {report.rate(run):10,.1f}/s"
        f" {1000 * run.cpu / run.mails:8.2f} ms CPU {run.memory:6.0f} MB{trip}"
    )
    return run


def _asked_for(sender: str, peers: list[str]) -> bool:
    return any(sender.startswith(each) for each in peers)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    names = [each.name for each in CASES]
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", type=_words, default=names, help=f"of {','.join(names)}")
    parser.add_argument(
        "--peers",
        type=_words,
        default=list(SENDERS),
        help="beginnings of names: ours,wire,nodemailer",
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the mails")
    parser.add_argument("--memory", action="store_true", help="peak memory of ours, and no more")
    parser.add_argument("--workers", type=int, default=2, help="our worker processes")
    parser.add_argument("--connections", type=int, default=8, help="our connections to the relay")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser


def _words(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
