"""What a family of processes has cost so far: processor time and memory, read from /proc."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Processor seconds (user and system); each process's highest memory in MB: sum and largest."""

    cpu: float
    memory: float
    largest: float


def spent(pids: list[int]) -> Spent:
    """By these processes, all their living children, and those that have ended."""
    family = list(_family(pids))
    memory = list(map(_memory, family))
    return Spent(sum(map(_cpu, family)), sum(memory), max(memory))


def begin(pids: list[int]) -> Spent:
    """What was spent before; from now on "highest memory" means the highest after this moment."""
    for pid in _family(pids):
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")
    return spent(pids)


def threads(pid: int) -> int:
    """How many threads a process has."""
    with contextlib.suppress(OSError):
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    return 0


def _family(pids: list[int]) -> Iterator[int]:
    for pid in pids:
        yield pid
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                children = (task / "children").read_text().split()
                yield from _family([int(each) for each in children])


def _cpu(pid: int) -> float:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(each) for each in fields[11:15]) / TICKS  # own, and of ended children
    return 0.0


def _memory(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
