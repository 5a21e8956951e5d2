"""The folder of backups: what they are called, which go, and what an end by force left behind."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

NAME = re.compile(r"eventmail-\d{8}T\d{6}Z(\.bad)?\.zip")
BAD = ".bad.zip"
SCRATCH = re.compile(r"\.(trial|move|restore)-[a-z0-9_]{8}")  # as tempfile names them
ABANDONED = 12 * 3600  # seconds after which nobody is writing to it any more


def name_for(folder: Path, moment: datetime) -> Path:
    """``eventmail-20261127T013000Z.zip``."""
    return folder / f"eventmail-{moment.astimezone(UTC):%Y%m%dT%H%M%S}Z.zip"


def marked_bad(path: Path) -> Path:
    """The name of one that did not come through its trial."""
    return path.with_name(path.name.removesuffix(".zip") + BAD)


def backups(folder: Path) -> list[Path]:
    """All there are, the oldest first."""
    found = (each for each in folder.iterdir() if NAME.fullmatch(each.name))
    return sorted(found, key=lambda each: each.name)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all good ones but the newest ``keep``, and bad ones older than those."""
    good = [each for each in backups(folder) if not each.name.endswith(BAD)]
    oldest = good[-keep:][0].name
    gone = [each for each in backups(folder) if each.name < oldest]
    for each in gone:
        each.unlink()
    return gone


def sweep(folder: Path) -> None:
    """Remove what was being written when the machine went down, half a day ago or more."""
    for each in folder.glob(".eventmail-*.zip.part"):
        if _is_abandoned(each):
            each.unlink()


@contextmanager
def scratch(place: Path, prefix: str) -> Iterator[Path]:
    """A folder for a whole copy of the database, gone again however this ends (but by force)."""
    sweep_scratch(place)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as folder:
        yield Path(folder)


def sweep_scratch(place: Path) -> None:
    """Remove the copies that an end by force left behind."""
    with suppress(OSError):  # a place that we may not read: whoever writes there says so
        for each in place.iterdir():
            if SCRATCH.fullmatch(each.name) and _is_abandoned(each, *each.glob("*")):
                shutil.rmtree(each, ignore_errors=True)


def _is_abandoned(*paths: Path) -> bool:
    newest = 0.0
    for each in paths:
        with suppress(FileNotFoundError):  # its own command has just ended
            newest = max(newest, each.stat().st_mtime)
    return time.time() - newest > ABANDONED
