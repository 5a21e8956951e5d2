"""When a backup was last made, for whoever watches over the installation.

A small file beside the data, on the machine where backups are made.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from eventmail.config import Settings

FILE = "last_backup.json"
LAST, GOOD = "last", "good"


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that was made or tried to be made. ``path`` is empty where no file came of it.

    ``is_good``: it was restored for trial and was the same. ``told`` is one Japanese sentence.
    """

    at: datetime
    path: str
    is_good: bool
    told: str


def last_backup(settings: Settings) -> Kept | None:
    """The newest backup, good or not; None if there was never one here."""
    return _read(settings).get(LAST)


def last_good_backup(settings: Settings) -> Kept | None:
    """The newest backup that may be relied on."""
    return _read(settings).get(GOOD)


def note(settings: Settings, kept: Kept) -> None:
    """Keep word of it. The file is exchanged as a whole: nobody reads half of it."""
    found = _read(settings) | {LAST: kept} | ({GOOD: kept} if kept.is_good else {})
    told = {name: asdict(each) | {"at": each.at.isoformat()} for name, each in found.items()}
    path = _path(settings)
    part = path.with_name(f".{FILE}.{os.getpid()}")
    part.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    part.chmod(0o600)
    part.replace(path)


def _path(settings: Settings) -> Path:
    return settings.data_dir / FILE


def _read(settings: Settings) -> dict[str, Kept]:
    """Nothing where the file is missing or damaged: then nobody can say when there was one."""
    try:
        told = json.loads(_path(settings).read_text(encoding="utf-8"))
        return {
            name: Kept(**each | {"at": datetime.fromisoformat(each["at"])})
            for name, each in told.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
