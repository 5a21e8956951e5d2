"""The harness's ends of the faulty sink and of the nursery."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from tests import recorder
from tests.faults import ledger
from tests.faults.ledger import Taken
from tests.faults.sink import HERE

ROOT = Path(__file__).resolve().parents[2]


def _module(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


class _Process:
    """A process of ours that ends when its input does."""

    process: subprocess.Popen[str]

    def _close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)


class FaultySink(_Process):
    """A sink in a process of its own: ``with FaultySink(file) as sink``."""

    def __init__(self, book: Path, here: str = HERE) -> None:
        self.book, self._here = book, here

    def __enter__(self) -> Self:
        self.process = _module("tests.faults.sink", "--book", str(self.book), "--here", self._here)
        assert self.process.stdout is not None
        self.port, control = map(int, self.process.stdout.readline().split())
        for port in (self.port, control):
            recorder.allow_port(port)
        self._control = socket.create_connection((HERE, control))
        self._answers = self._control.makefile("r")
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._control.close()
        self._close()

    def tell(self, **command: Any) -> dict[str, Any]:
        """Give a command; returns what the sink has counted so far."""
        self._control.sendall(json.dumps(command).encode() + b"\n")
        counted: dict[str, Any] = json.loads(self._answers.readline())
        return counted

    def rule(self, at: str, do: str, **more: Any) -> None:
        """Let it fail so from now on."""
        self.tell(rule={"at": at, "do": do, **more})

    def set(self, **limits: Any) -> None:
        """Change what it puts up with."""
        self.tell(set=limits)

    def taken(self) -> list[Taken]:
        """Its ledger."""
        return ledger.read(self.book)


class Nursery(_Process):
    """Where processes come from: ``with Nursery() as nursery``."""

    def __enter__(self) -> Self:
        self.process = _module("tests.faults.nursery")
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def start(
        self, command: str, environment: dict[str, str], log: Path, clock: Path | None = None
    ) -> int:
        """A new process; returns its id."""
        told = {"start": [command], "environment": environment, "log": str(log)}
        return self._ask(told | ({"clock": str(clock)} if clock else {}))

    def kill(self, pid: int) -> None:
        """``kill -9``, and wait until it is gone."""
        os.kill(pid, signal.SIGKILL)
        status = self._ask({"reap": pid})
        if not os.WIFSIGNALED(status):
            raise RuntimeError(f"a process had ended by itself with {status}")

    def _ask(self, told: dict[str, Any]) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())
