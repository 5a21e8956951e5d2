"""Runs one function on one hostile file in a child process with limits on time and memory.

Workbooks, PDFs and archives from outside may be bombs, or crash the library that reads them.
The child gets the bytes on standard input and answers with JSON; the parent never unpickles
anything and never waits longer than it said.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from typing import Any

MEGABYTE = 1024 * 1024
SPARE_SECONDS = 5.0  # for starting Python, which CPU time does not count on a busy machine


class ConfinedError(Exception):
    """The child ended without an answer: it crashed, or ran into a limit."""


class TooSlow(ConfinedError):
    """The child was still at work when its time ran out."""


def call(function: str, payload: bytes, *, seconds: float, megabytes: int) -> Any:
    """Call ``"package.module:function"`` with ``payload`` in a child and return its JSON answer.

    ``seconds`` limits wall time and CPU time, ``megabytes`` the address space. Raises
    :class:`TooSlow` when the time is up, :class:`ConfinedError` when the child died.
    """
    command = [sys.executable, "-m", "eventmail.confined", function, str(seconds), str(megabytes)]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input=payload,
            capture_output=True,
            timeout=seconds + SPARE_SECONDS,
            env=_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise TooSlow(function) from error
    if child.returncode < 0 and -child.returncode == _SIGXCPU:
        raise TooSlow(function)
    if child.returncode != 0:
        raise ConfinedError(f"{function}: exit {child.returncode}")
    return json.loads(child.stdout)


def stream(function: str, payload: bytes, *, seconds: float, megabytes: int) -> Generator[Any]:
    """Call a generator function in a child and yield what it yields, one JSON line after another.

    This process never holds more than a line. ``seconds`` limits the child's CPU time and, twice
    over, the wall time, in which the caller's own work between two lines counts. Errors as for
    :func:`call`. Closing the iterator ends the child.
    """
    command = [sys.executable, "-m", "eventmail.confined", function, str(seconds), str(megabytes)]
    with tempfile.TemporaryFile() as stdin:
        stdin.write(payload)
        stdin.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(2 * seconds + SPARE_SECONDS, give_up)
    timer.start()
    assert child.stdout is not None
    try:
        with child.stdout as lines:
            yield from map(json.loads, lines)
        code = child.wait()
    finally:
        timer.cancel()
        child.kill()
        child.wait()
    if late.is_set() or code == -_SIGXCPU:
        raise TooSlow(function)
    if code != 0:
        raise ConfinedError(f"{function}: exit {code}")


_SIGXCPU = 24


def _environment() -> dict[str, str]:
    # The child needs our package and nothing else: no password of ours is in its environment.
    return {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PYTHONUTF8": "1"}


def _limit(seconds: float, megabytes: int) -> None:
    size = megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    whole = max(1, int(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _child(function: str, seconds: str, megabytes: str) -> None:
    module_name, _, name = function.partition(":")
    target = getattr(importlib.import_module(module_name), name)
    _limit(float(seconds), int(megabytes))
    answer = target(sys.stdin.buffer.read())
    for each in answer if isinstance(answer, Iterator) else [answer]:
        sys.stdout.write(json.dumps(each, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    _child(*sys.argv[1:4])
