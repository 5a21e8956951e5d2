"""Runs the checks beside each other, each within its time; a dead host holds up nothing else."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from eventmail.doctor.finding import Finding, broken
from eventmail.language import said

Found = TypeVar("Found")
log = logging.getLogger(__name__)
AT_ONCE = 24  # threads
LIMIT = 11.0  # seconds for all checks together; before them the database is asked what to check
LATE = said("{seconds}秒以内に終わりませんでした。")
LATE_TODO = said("相手のサーバーや通信が動いているかを確かめ、もう一度点検してください。")
CRASHED = said("点検できませんでした（{kind}）。")
CRASHED_TODO = said("サーバーのログでこの時刻の記録を確かめてください。")
DATABASE_ERRORS = (SQLAlchemyError, psycopg.Error, sqlite3.Error)
WITHOUT_DATABASE = broken(
    said("データベースを使えないため、点検できませんでした。"),
    said("「データベース」の行のとおりに直してください。"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. ``network``: it asks another machine, and may take its time.

    ``database``: it cannot be looked at without the database. ``late``: what is told where it did
    not end in time, if not the same as of all others.
    """

    name: str
    title: str
    run: Callable[[], Finding]
    network: bool = False
    database: bool = False
    late: Finding | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found, and how long it took."""

    check: Check
    finding: Finding
    seconds: float


@dataclass(slots=True)
class _Round:
    """The checks of one examination, and what is known so far."""

    checks: Sequence[Check]
    next: int = 0
    found: dict[int, Result] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """Take one check after the other until none is left."""
        while (number := self._take()) is not None:
            begun = time.monotonic()
            finding = _safely(self.checks[number])
            taken = Result(self.checks[number], finding, time.monotonic() - begun)
            with self.lock:
                self.found[number] = taken

    def _take(self) -> int | None:
        with self.lock:
            number, self.next = self.next, self.next + 1
        return number if number < len(self.checks) else None


def run(checks: Sequence[Check], limit: float = LIMIT) -> list[Result]:
    """The results in the order of the checks; what has not ended in time is told as broken.

    A thread that still waits for a dead host is left behind: it ends by its own time-outs, and
    does not keep the process from ending.
    """
    examined = _Round(checks)
    until = time.monotonic() + limit
    threads = [threading.Thread(target=examined.work, daemon=True) for _ in checks[:AT_ONCE]]
    for each in threads:
        each.start()
    for each in threads:
        each.join(max(0.0, until - time.monotonic()))
    late = broken(LATE.format(seconds=f"{limit:g}"), LATE_TODO)
    with examined.lock:
        found = dict(examined.found)
    return [
        found.get(number) or Result(each, each.late or late, limit)
        for number, each in enumerate(checks)
    ]


def within(seconds: float, action: Callable[[], Found], otherwise: Found) -> Found:
    """What an action comes to, or something else if it fails or takes longer."""
    found = [otherwise]

    def act() -> None:
        try:
            found[0] = action()
        except Exception as error:  # noqa: BLE001 - its words stay here
            log.error("what is to be checked could not be read: %s", _traced(error))

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0]


def _safely(check: Check) -> Finding:
    """A check that fails itself is told, too; its error's words may hold a password."""
    try:
        return check.run()
    except DATABASE_ERRORS as error:
        log.warning("the check %s has no database: %s", check.name, _traced(error))
        return WITHOUT_DATABASE
    except Exception as error:  # noqa: BLE001 - its words stay here
        log.error("the check %s has failed: %s", check.name, _traced(error))
        return broken(CRASHED.format(kind=type(error).__name__), CRASHED_TODO)


def _traced(error: Exception) -> str:
    """Of which kind it is and where it came from, without its words."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__}, {last.filename}:{last.lineno}"
