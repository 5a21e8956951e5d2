"""How it grows, over a PostgreSQL of its own: ``make bench-scale``, or

python -m benchmarks.scale                                  all of it, half an hour or more
python -m benchmarks.scale --quick                          a look in passing, ten minutes
python -m benchmarks.scale --cases lengths --full           up to 1,000,000 mails
python -m benchmarks.scale --cases years --before 0,3000000 deliveries that are there already
python -m benchmarks.scale --cases failover --strikes web   one death
python -m benchmarks.scale --postgresql plan_cache_mode=force_generic_plan

Its exit status is 1 if a mail was lost or doubled, or more is uncertain than the dead had in hand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scale import report
from benchmarks.scale.failover import STRIKES, WEBS, WORKERS, Failed, Terms, strike
from benchmarks.scale.ground import ground
from benchmarks.scale.sending import Sent, send
from benchmarks.scale.town import Town, town
from eventmail import processes

FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"
CASES = ("workers", "lengths", "years", "failover")
TENTH = 10
SHOWN = 5  # of what was wrong


def main() -> int:
    """Run what was asked for and print the tables."""
    asked = _asked()
    processes.end_tidily()
    count = max(WORKERS + WEBS, *asked.workers)
    with ground(count, asked.network) as place, town(place, FOLDER, asked.postgresql) as found:
        _print_about(place.words, asked.postgresql)
        for case in (each for each in CASES if each in asked.cases):
            if not CASE[case](found, asked):
                return 1
    return 0


def _workers(found: Town, asked: argparse.Namespace) -> bool:
    runs: dict[tuple[float, int], list[Sent]] = {}
    for number in range(1, asked.rounds + 1):
        for trip in asked.round_trips:
            for workers in asked.workers:
                _say(f"round {number}, {trip:g} ms, {workers} workers")
                sent = send(found, asked.mails, workers, trip)
                _say(f"  {sent.rate:.1f} mails/s")
                runs.setdefault((trip, workers), []).append(sent)
    _print(report.by_workers(runs), asked)
    return True


def _lengths(found: Town, asked: argparse.Namespace) -> bool:
    runs = []
    for mails in asked.lengths:
        _say(f"a sending of {mails:,}")
        runs.append(send(found, mails, WORKERS, 0))
        _say(f"  {runs[-1].rate:.1f} mails/s")
    _print(report.by_length(runs), asked)
    return True


def _years(found: Town, asked: argparse.Namespace) -> bool:
    runs = []
    for before in asked.before:
        _say(f"a sending of {asked.mails:,} after {before:,}")
        runs.append(send(found, asked.mails, WORKERS, 0, before))
        _say(f"  {runs[-1].rate:.1f} mails/s")
    _print(report.by_length(runs), asked)
    return True


def _failover(found: Town, asked: argparse.Namespace) -> bool:
    terms = Terms(asked.failover_mails, asked.pace, asked.restart, asked.lease)
    runs: list[Failed] = []
    for name in asked.strikes:
        _say(f"kill -9: {name}")
        runs.append(strike(found, name, terms))
        _say(f"  silence {runs[-1].silence:.1f} s, {report.last_line(runs[-1:])}")
    _print(report.by_death(runs), asked)
    for each in runs:
        wrong = (*each.verdict.lost, *each.verdict.doubled, *each.verdict.wrong)
        for sentence in wrong[:SHOWN]:
            print(f"{each.name}: {sentence}")
    print(report.last_line(runs))
    return all(each.clean for each in runs)


CASE = dict(zip(CASES, (_workers, _lengths, _years, _failover), strict=True))


def _print_about(words: str, settings: Sequence[str]) -> None:
    load = os.getloadavg()[0]
    told = f"; PostgreSQL with {', '.join(settings)}" if settings else ""
    print(f"{os.cpu_count()} cores, load {load:.1f} at the beginning; {words}{told}\n", flush=True)


def _print(rows: list[report.Row], asked: argparse.Namespace) -> None:
    print(report.table(rows, markdown=asked.markdown))
    print(f"\nload {os.getloadavg()[0]:.1f} at the end of it\n", flush=True)


def _say(line: str) -> None:
    print(f"{line}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="fewer mails, one round")
    parser.add_argument("--full", action="store_true", help="a sending of 1,000,000 as well")
    parser.add_argument("--markdown", action="store_true", help="tables as Markdown")
    parser.add_argument("--cases", type=_words, default=CASES, help=f"of {','.join(CASES)}")
    parser.add_argument("--rounds", type=int, default=3, help="of the case workers, in turn")
    parser.add_argument("--workers", type=_numbers, default=(1, 2, 4))
    parser.add_argument("--mails", type=int, default=10_000, help="of the case workers")
    parser.add_argument("--round-trips", type=_decimals, default=(0.0, 20.0), help="milliseconds")
    parser.add_argument("--lengths", type=_numbers, default=(1_000, 10_000, 100_000))
    parser.add_argument("--before", type=_numbers, default=(0, 100_000, 1_000_000, 0))
    parser.add_argument("--strikes", type=_words, default=STRIKES, help=f"of {','.join(STRIKES)}")
    parser.add_argument("--failover-mails", type=int, default=4_000)
    parser.add_argument("--pace", type=float, default=0.03, help="seconds of the relay for a mail")
    parser.add_argument("--restart", type=float, default=10.0, help="seconds, as RestartSec")
    parser.add_argument("--lease", type=int, default=60, help="EVENTMAIL_LEASE_SECONDS")
    parser.add_argument("--postgresql", type=_words, default=(), help="settings: name=value,…")
    parser.add_argument("--network", default="10.231.77", help="of the namespaces; '' for loopback")
    asked = parser.parse_args()
    if asked.quick:
        asked.rounds, asked.mails = 1, asked.mails // TENTH
        asked.lengths = tuple(each // TENTH for each in asked.lengths)
        asked.before = tuple(each // TENTH for each in asked.before)
        asked.failover_mails //= 2
    if asked.full:
        asked.lengths = (*asked.lengths, 1_000_000)
    return asked


def _words(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, _words(text)))


def _decimals(text: str) -> tuple[float, ...]:
    return tuple(map(float, _words(text)))


if __name__ == "__main__":
    sys.exit(main())
