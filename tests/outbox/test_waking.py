"""An idle worker looks into the queue as soon as somebody wrote to it, and not all the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from eventmail.outbox.waking import Attentive, changed, consumer_of


@dataclass
class Flag:
    """The consumer's stop flag; what happens while a worker waits for it is told beforehand."""

    happens: list[Callable[[], object]]
    waits: int = 0
    given: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> bool:
        self.waits += 1
        self.given.append(seconds)
        return bool(self.happens.pop(0)())


def idle(queue: Path, flag: Flag, delay: float = 1000.0) -> Any:
    huey = SimpleNamespace(storage=SimpleNamespace(filename=str(queue)), _startup={})
    worker = Attentive(huey, flag, default_delay=delay, max_delay=delay, backoff=1.0)
    worker.initialize()
    return worker


def test_a_new_task_ends_the_pause_and_an_old_one_does_not(tmp_path: Path) -> None:
    log = tmp_path / "queue-wal"
    log.write_bytes(b"one task")
    flag = Flag([lambda: False, lambda: log.write_bytes(b"another task") and False])
    worker = idle(tmp_path / "queue", flag)
    worker.sleep()
    assert flag.waits == 0, "somebody wrote before it came to its pause"
    worker.sleep()
    assert flag.waits == 2


def test_a_stop_ends_the_pause(tmp_path: Path) -> None:
    flag = Flag([lambda: True])
    worker = idle(tmp_path / "queue", flag)
    worker.sleep()
    assert flag.waits == 1


def test_the_pause_is_over_after_its_time_whatever_the_file_says(tmp_path: Path) -> None:
    flag = Flag([])
    worker = idle(tmp_path / "queue", flag, delay=0.0)
    worker.sleep()
    assert (flag.waits, worker.delay) == (0, 0.0)


def test_only_a_queue_in_a_file_is_watched(tmp_path: Path) -> None:
    other: Any = SimpleNamespace(storage=SimpleNamespace(), immediate=True, _startup={})
    found = consumer_of(other, workers=0, periodic=False)
    assert found.worker_class is not Attentive
    other.storage.filename = str(tmp_path / "queue")
    assert consumer_of(other, workers=0, periodic=False).worker_class is Attentive
    assert changed(SimpleNamespace(storage=SimpleNamespace(filename=tmp_path / "none"))) == (0, 0)
