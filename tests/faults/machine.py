"""What happens to the machine: PostgreSQL killed, a full disk, a jumping clock, a lost queue."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from eventmail.outbox.worker import Outbox
from tests.faults.scenarios import Scenario
from tests.faults.servers import lives
from tests.faults.world import WIDTH, World

HOURS = 2 * 3600
DEATHS = 4


def _database_killed(found: World) -> None:
    """PostgreSQL and all its children at once, and again on the same data."""
    for number in range(DEATHS):
        found.until_settled(found.count() * number // (DEATHS + 1))
        time.sleep(found.dice.uniform(0, 0.3))
        found.server.kill()
        found.kills += 1
        time.sleep(found.dice.uniform(0, 0.5))
        found.server.start()
        found.until(lambda: found.settled() >= 0)
    _bring_back(found)
    found.finish()
    most = DEATHS * WIDTH * len(found.workers) * found.settings.mail_lanes
    if len(found.uncertain_ids()) > most:
        found.remarks.append("more is uncertain than was in hand")


def _disk_full(found: World) -> None:
    """No room for a single page more, for a while; then there is room again."""
    found.until_settled(20)
    with _full(found):
        time.sleep(4)
        stuck = found.settled()
        time.sleep(1)
        if found.settled() != stuck:
            found.remarks.append("the disk was not full")
    _bring_back(found)
    found.finish()


@contextlib.contextmanager
def _full(found: World) -> Iterator[None]:
    """The disk of this installation, or what its processes may write, has no room."""
    if os.path.ismount(found.folder):
        filler = found.folder / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        yield
        filler.unlink()
        return
    processes = [*found.workers, *found.others]
    for each in processes:
        resource.prlimit(each, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
    yield
    for each in filter(lives, processes):
        endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(each, resource.RLIMIT_FSIZE, endless)


def _bring_back(found: World) -> None:
    """As a service manager does with what ended by itself."""
    for each in [pid for pid in found.workers if not lives(pid)]:
        found.workers.remove(each)
        found.notes.append("a worker ended by itself, and was started again")
        found.start()


def _clock_jumps(found: World) -> None:
    """Two hours on, two hours back, again and again, under workers that are sending."""
    found.clock = found.folder / "clock"
    found.clock.write_text("0")
    found.begin(2)
    for number, hours in enumerate((HOURS, 0, -HOURS, 0, HOURS, -HOURS, 0)):
        found.until_settled(5 + number * 15)
        found.look()
        _set(found.clock, hours)
        time.sleep(0.5)
    found.finish()


def _clocks_differ(found: World) -> None:
    """Two machines whose clocks are two hours apart."""
    clocks = [found.folder / "fast", found.folder / "slow"]
    found.approve()
    for path, hours in zip(clocks, (HOURS, -HOURS), strict=True):
        path.write_text(str(hours))
        found.clock = path
        found.run(1)
    found.finish()


def _set(clock: Path, seconds: int) -> None:
    part = clock.with_suffix(".part")
    part.write_text(str(seconds))
    part.replace(clock)


def _schedulers(found: World) -> None:
    """Four schedulers sweep at the same time, all the time."""
    found.finish()
    if found.uncertain_ids():
        found.remarks.append("uncertain, though nothing went wrong")


def _queue_emptied(found: World) -> None:
    """Whatever is in Huey's tables is gone, again and again."""
    queue = Outbox(found.settings, found.database).huey.storage
    for number in range(20):
        found.until_settled(number * found.count() // 25)
        queue.flush_all()
        if number % 5 == 0:
            found.kill(found.workers[0])
    queue.close()
    found.finish()


def _queue_file_gone(found: World) -> None:
    """The queue's file is deleted under workers that use it, then they are started anew."""
    found.until_settled(20)
    for each in found.folder.glob("queue.sqlite3*"):
        each.unlink()
    found.until_settled(60)
    for each in list(found.workers):
        found.kill(each)
    for each in list(found.others):
        found.kill_other(each)
        found.start("sweeps")
    found.finish()


SCENARIOS = (
    Scenario(
        "kill -9 of PostgreSQL", _database_killed, kinds=("postgresql",), mails=400, pace=0.02
    ),
    Scenario("disk full", _disk_full, kinds=("sqlite",), mails=300, small_disk=True),
    Scenario("clock jumps", _clock_jumps, begins=False),
    Scenario("clocks apart", _clocks_differ, begins=False),
    Scenario("four schedulers", _schedulers, sweeps=4),
    Scenario("queue's tables emptied", _queue_emptied, mails=200),
    Scenario("queue's file deleted", _queue_file_gone, kinds=("sqlite",)),
)
UNPRIVILEGED = replace(SCENARIOS[1], name="no room for the worker's files", small_disk=False)
