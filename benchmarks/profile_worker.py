"""Where our sending spends its time: one mailing sent within this process, under a profiler.

    python -m benchmarks.profile_worker                        samples of all threads
    python -m benchmarks.profile_worker --calls                cProfile of all threads
    python -m benchmarks.profile_worker --case A --mails 100 --folded var/bench/stacks.txt

Samples say for each function how long it was on the processor and how long by the clock: the rest
of the clock it waited for the disk, the relay, a lock or the interpreter. cProfile makes small
functions look dearer than they are. The stacks in --folded suit any program for flame graphs.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.delivery import ours, prepare
from benchmarks.delivery.__main__ import FOLDER
from benchmarks.delivery.cases import CASES
from benchmarks.delivery.stores import store
from benchmarks.delivery.wire import sink
from eventmail.audit.keys import open_database
from eventmail.outbox import exposure
from eventmail.outbox.worker import Outbox

EVERY = 0.003
ROOT = str(Path(__file__).resolve().parents[1]) + "/"


class Sampler(threading.Thread):
    """Looks at every other thread's stack now and then, and at its processor time since."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stacks: Counter[tuple[str, ...]] = Counter()  # nanoseconds on the processor
        self.clock: Counter[tuple[str, ...]] = Counter()  # nanoseconds by the clock
        self._before: dict[int, int] = {}
        self._over = threading.Event()

    def run(self) -> None:
        """Until :meth:`end`."""
        last = time.perf_counter_ns()
        while not self._over.wait(EVERY):
            now = time.perf_counter_ns()
            self._look(now - last)
            last = now

    def end(self) -> None:
        """No more samples."""
        self._over.set()
        self.join()

    def _look(self, passed: int) -> None:
        frames = sys._current_frames()
        for thread in threading.enumerate():
            if thread is self or thread.ident not in frames or thread.native_id is None:
                continue
            stack = tuple(_stack(frames[thread.ident]))
            used = _on_processor(thread.native_id)
            self.stacks[stack] += used - self._before.get(thread.native_id, used)
            self.clock[stack] += passed
            self._before[thread.native_id] = used


def _on_processor(thread: int) -> int:
    try:
        return int(Path(f"/proc/self/task/{thread}/schedstat").read_text().split()[0])
    except OSError:
        return 0


def _stack(frame: FrameType | None) -> list[str]:
    """From the outermost call to the innermost, without what called the work itself."""
    names: list[str] = []
    while frame is not None and frame.f_code.co_filename != __file__:
        code = frame.f_code
        names.append(f"{_short(code.co_filename)}:{code.co_qualname}")
        frame = frame.f_back
    return names[::-1] or ["the benchmark"]


def _short(path: str) -> str:
    return path.removeprefix(ROOT).rpartition("site-packages/")[2].rpartition("lib/python3.11/")[2]


def sampled(work: Callable[[], None], folded: Path | None, lines: int) -> None:
    """Run it under the sampler and print who took how long."""
    sampler = Sampler()
    # Otherwise it would look only where a thread gives the interpreter away by itself.
    sys.setswitchinterval(0.00002)
    sampler.start()
    work()
    sampler.end()
    print(f"{sum(sampler.stacks.values()) / 1e9:.2f} s on the processor")
    _show("by our innermost function, with the libraries that it calls", sampler, _ours, lines)
    _show("by function alone", sampler, lambda stack: {stack[-1]}, lines)
    _show("by function with all that it calls", sampler, set, lines)
    if folded:
        text = "".join(f"{';'.join(s)} {n // 1000}\n" for s, n in sampler.stacks.items() if n)
        folded.write_text(text)


def _show(
    title: str, sampler: Sampler, who: Callable[[tuple[str, ...]], set[str]], lines: int
) -> None:
    used: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for stack in sampler.stacks:
        for name in who(stack):
            used[name] += sampler.stacks[stack]
            passed[name] += sampler.clock[stack]
    print(f"\n{title}\n    CPU s  clock s")
    for name, _ in used.most_common(lines):
        print(f"{used[name] / 1e9:9.3f} {passed[name] / 1e9:8.3f}  {name}")


def _ours(stack: tuple[str, ...]) -> set[str]:
    return {next((each for each in reversed(stack) if each.startswith("eventmail/")), stack[-1])}


def counted(work: Callable[[], None], lines: int) -> None:
    """Run it under cProfile, every thread with a profile of its own, added up at the end."""
    profiles: list[cProfile.Profile] = []

    def begin(*_: Any) -> None:
        profiles.append(cProfile.Profile(time.thread_time))
        profiles[-1].enable()

    threading.setprofile(begin)
    begin()
    work()
    profiles[0].disable()
    threading.setprofile(None)
    whole = pstats.Stats(profiles[0])
    for each in profiles[1:]:
        each.create_stats()
        whole.add(each)
    for order in ("tottime", "cumtime"):
        whole.sort_stats(order).print_stats(lines)


def main() -> None:
    """Prepare, send, print."""
    asked = _options().parse_args()
    case = next(each for each in CASES if each.name == asked.case)
    mails = asked.mails or case.quick().mails
    if not asked.record:
        exposure.try_record = lambda *_: None  # the look at all mails comes after the sending
    with store(asked.database, FOLDER) as kept, sink(FOLDER, case.round_trip) as port:
        url = prepare.copied(kept, ours.wanted(case, mails), FOLDER)
        made = ours.settings(url, port, FOLDER, ours.Knobs(1, asked.connections))
        database = open_database(made)
        outbox = Outbox(made, database)
        snapshot_id = prepare.approve(database)
        start = time.perf_counter()
        if asked.calls:
            counted(lambda: outbox.send_due(snapshot_id), asked.lines)
        else:
            sampled(lambda: outbox.send_due(snapshot_id), asked.folded, asked.lines)
        passed = time.perf_counter() - start
        first, last = ours.times(database, snapshot_id)
        seconds = (last - first).total_seconds()
        print(f"\n{mails} mails in {seconds:.2f} s under the profiler: {mails / seconds:.0f}/s")
        print(f"{passed:.2f} s from the call to its return")
        database.dispose()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_worker")
    parser.add_argument("--case", choices=[each.name for each in CASES], default="S")
    parser.add_argument("--mails", type=int, help="as many as --quick if not said")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--calls", action="store_true", help="cProfile in place of samples")
    parser.add_argument("--record", action="store_true", help="with the look at all mails after it")
    parser.add_argument("--folded", type=Path, help="write the sampled stacks here")
    parser.add_argument("--lines", type=int, default=30)
    return parser


if __name__ == "__main__":
    main()
