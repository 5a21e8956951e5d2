"""What a hostile file might make its reader do; run in the confined child only."""

from __future__ import annotations

import os
import time

MARKS: list[str] = []


def eat(_: bytes) -> int:
    """Take 300 MB."""
    return len(bytearray(300 * 1024 * 1024))


def spin(_: bytes) -> bool:
    """Be busy for longer than a second."""
    start = time.process_time()
    while time.process_time() - start < 1.3:
        pass
    return True


def look_around(_: bytes) -> list[str]:
    """Read what the service was told in confidence."""
    return [value for name, value in os.environ.items() if name.startswith("EVENTMAIL_")]


def settle_in(_: bytes) -> None:
    """Change the process it runs in."""
    MARKS.append("was here")
