"""A copy of the project in which one module at a time is another, and tests run in a fork."""

from __future__ import annotations

import compileall
import gc
import importlib
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

GENERATED = "mutants"
PARTS = ("eventmail", "tests", "templates", "migrations", "sample_data", "app.py", "pyproject.toml")
# What every test process imports anyway; a fork then has it already.
READY = (
    "aiosmtpd.smtp", "alembic.command", "cryptography.x509", "email_validator", "flask_login",
    "flask_mail", "flask_wtf", "huey", "hypothesis.strategies", "idna", "msoffcrypto", "openpyxl",
    "psycopg", "pypdfium2", "pytest", "sqlalchemy.orm", "time_machine", "waitress", "wtforms",
)  # fmt: skip
LARGEST = 4 * 1024**3
TIMED_OUT = "timed out"


def prepare(root: Path, name: str) -> Path:
    """A fresh copy; this process then works in it and would import everything from there."""
    folder = root / GENERATED / name
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        source, target = root / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    compileall.compile_dir(folder, quiet=2)
    os.chdir(folder)
    sys.path[:] = [str(folder), *(p for p in sys.path if Path(p or ".").resolve() != root)]
    os.environ |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    for module in READY:
        with suppress(ImportError):
            importlib.import_module(module)
    gc.freeze()
    return folder


class Changed:
    """While it is entered, ``path`` holds ``content``. Its time is new, so no cache is used."""

    _turn = 0

    def __init__(self, path: Path, content: bytes) -> None:
        self._path, self._content = path, content
        self._before, self._time = path.read_bytes(), path.stat().st_mtime

    def __enter__(self) -> None:
        Changed._turn += 1
        self._path.write_bytes(self._content)
        os.utime(self._path, (self._time + Changed._turn,) * 2)

    def __exit__(self, *_: object) -> None:
        self._path.write_bytes(self._before)
        os.utime(self._path, (self._time,) * 2)


def in_fork(work: Callable[[], int], seconds: float, log: Path) -> int | str:
    """The exit code of ``work`` in a process group of its own, or :data:`TIMED_OUT`."""
    child = os.fork()
    if not child:
        _become(work, log)
    code = _waited(child, time.monotonic() + seconds)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if code is None:
        os.waitpid(child, 0)
        return TIMED_OUT
    return code


def _waited(child: int, until: float) -> int | None:
    pause = 0.002
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return None


def _become(work: Callable[[], int], log: Path) -> None:
    code = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, 1)
        os.dup2(target, 2)
        code = work()
    finally:
        os._exit(code)
