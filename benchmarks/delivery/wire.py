"""The other end: Postfix's sink, and where the case wants it a round trip before it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

HERE = "127.0.0.1"
PATIENCE = 10.0
LOOKS = 5


@contextlib.contextmanager
def sink(folder: Path, round_trip: float, here: str = HERE) -> Iterator[int]:
    """A fresh sink for one run at an address of this machine; yields the port to connect to."""
    with contextlib.ExitStack() as running:
        port = free_port()
        program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
        account = ["-u", "nobody"] if os.geteuid() == 0 else []
        at = HERE if round_trip else here
        running.enter_context(_program([program, *account, f"{at}:{port}", "256"], port, at))
        if round_trip:
            behind, port = port, free_port()
            delay = [str(folder / "delay"), str(port), str(behind), str(round_trip), here]
            running.enter_context(_program(delay, port, here))
        yield port


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def measured_round_trip(port: int) -> float:
    """Milliseconds from a command to its reply, the median of a few."""
    with socket.create_connection((HERE, port), PATIENCE) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.recv(1000)
        return statistics.median(_asked(line) for _ in range(LOOKS)) * 1000


def _asked(line: socket.socket) -> float:
    start = time.perf_counter()
    line.sendall(b"NOOP\r\n")
    line.recv(1000)
    return time.perf_counter() - start


@contextlib.contextmanager
def _program(command: list[str], port: int, here: str) -> Iterator[None]:
    with subprocess.Popen(command) as child:
        try:
            _await_listening(port, here, child)
            yield
        finally:
            child.kill()


def _await_listening(port: int, here: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((here, port), PATIENCE):
            return
        time.sleep(0.01)
    raise SystemExit(f"nothing listens on port {port}")
