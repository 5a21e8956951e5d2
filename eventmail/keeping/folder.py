"""The folder of backups: what they are called, which go, and what an end by force left behind."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

NAME = re.compile(r"eventmail-\d{8}T\d{6}Z(\.bad)?\.zip")
BAD = ".bad.zip"
ABANDONED = 24 * 3600  # seconds after which nobody is writing a part any more


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
    """Remove what was being written a day ago, when the machine went down."""
    for each in folder.glob(".eventmail-*.zip.part"):
        if time.time() - each.stat().st_mtime > ABANDONED:
            each.unlink()
