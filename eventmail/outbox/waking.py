"""Huey's workers over a queue in a file: they look again as soon as somebody wrote to it.

Between two looks they wait up to a quarter of a second; the file tells of a new task sooner, and
asking when it was changed costs a thousandth of a look into it.
"""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from huey.consumer import Consumer, Scheduler, Worker

from eventmail import away

GLANCE = 0.02


class Attentive(Worker):  # type: ignore[misc]
    """A worker whose pause ends when the queue's file was written to."""

    delay: float

    def initialize(self) -> None:
        """As before, and nothing seen yet."""
        self._seen: tuple[int, int] = (0, 0)
        super().initialize()

    def sleep(self) -> None:
        """Wait as long as Huey would, unless the queue was written to since the last pause."""
        until = time.monotonic() + min(self.delay, self.max_delay)
        while (now := changed(self.huey)) == self._seen:
            left = until - time.monotonic()
            if left <= 0 or self.stop_flag.wait(min(GLANCE, left)):
                break
        self._seen = now
        self.delay = min(self.delay * self.backoff, self.max_delay)


class Workers(Consumer):  # type: ignore[misc]
    """Huey's consumer with such workers."""

    worker_class = Attentive


def changed(huey: Any) -> tuple[int, int]:
    """When the queue's file was last written to, and how long it was; nothing if it is not there.

    SQLite writes to the log beside the file first.
    """
    try:
        found = os.stat(f"{huey.storage.filename}-wal")
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def consumer_of(huey: Any, **options: Any) -> Any:
    """The consumer for a queue; one that has its own bell, as PostgreSQL's, keeps to it."""
    for reader in (Worker, Scheduler):  # the queue itself tells that its database is away, once
        logging.getLogger(f"huey.consumer.{reader.process_name}").addFilter(away.is_news)
    kind = Workers if hasattr(huey.storage, "filename") else Consumer
    return kind(huey, **options)
