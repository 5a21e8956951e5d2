"""A service manager and a visitor: who died is started again; who serves pages is asked for one."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from benchmarks.scale.ground import Place
from benchmarks.scale.town import Town
from eventmail import processes
from eventmail.config import Settings

PATIENCE = 900.0
LOOK = 0.05
READY = "/health/ready"


@dataclass
class Kept:
    """One process of the installation."""

    command: str
    made: Settings
    place: Place
    process: subprocess.Popen[bytes]
    ended_at: float | None = None


@dataclass
class Keeper:
    """Starts each process anew ``restart`` seconds after its end: systemd's ``RestartSec``."""

    town: Town
    restart: float
    kept: list[Kept] = field(default_factory=list)
    restarts: int = 0

    def start(self, command: str, made: Settings, place: Place) -> Kept:
        """One more process."""
        self.kept.append(Kept(command, made, place, self.town.start(made, command, place)))
        return self.kept[-1]

    def tend(self) -> None:
        """Look after all of them once."""
        for each in self.kept:
            if each.process.poll() is None:
                continue
            each.ended_at = each.ended_at or time.monotonic()
            if time.monotonic() - each.ended_at >= self.restart:
                each.process = self.town.start(each.made, each.command, each.place)
                each.ended_at = None
                self.restarts += 1

    def until(self, wanted: Mapping[str, Callable[[], bool]]) -> dict[str, float]:
        """Wait for each condition; tells when it first held. What is away is waited for."""
        deadline, met = time.monotonic() + PATIENCE, dict[str, float]()
        while len(met) < len(wanted):
            self.tend()
            for name, condition in wanted.items():
                with contextlib.suppress(SQLAlchemyError, OSError):
                    if name not in met and condition():
                        met[name] = time.time()
            if time.monotonic() > deadline:
                missing = ", ".join(wanted.keys() - met.keys())
                raise SystemExit(f"{missing}: not after {PATIENCE:g} s; see {self.town.log}")
            time.sleep(LOOK)
        return met

    def end(self) -> None:
        """All of them."""
        processes.end([each.process for each in self.kept])


class Visitor:
    """Asks one web process ten times a second whether it is ready: ``with Visitor(…)``."""

    def __init__(self, made: Settings) -> None:
        self._host, self._port = made.host, made.port
        self._stop = threading.Event()
        self._answers: list[tuple[float, bool]] = []
        self._thread = threading.Thread(target=self._visit, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def is_served(self) -> bool:
        """Whether the last answer was a good one."""
        return bool(self._answers) and self._answers[-1][1]

    def refused(self, since: float) -> int:
        """How often there was no good answer since then."""
        return sum(not good for at, good in self._answers if at >= since)

    def back(self, since: float) -> float:
        """Seconds from then to the first good answer after the last that was none."""
        bad = [at for at, good in self._answers if at >= since and not good]
        last = max(bad, default=since)
        good = [at for at, good in self._answers if good and at > last]
        return min(good) - since if bad and good else 0.0

    def _visit(self) -> None:
        while not self._stop.wait(0.1):
            asked = time.time()
            self._answers.append((asked, self._is_ready()))

    def _is_ready(self) -> bool:
        line = http.client.HTTPConnection(self._host, self._port, timeout=5)
        try:
            line.request("GET", READY)
            return line.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
