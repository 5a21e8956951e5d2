"""What was found in files, kept on disk: another process, or the next day, need not look again.

An entry is named by its file's SHA-256 and sealed with the installation's secret: what was
changed, or found by another edition of the search, counts as not there: the search looks anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The sources that decide what is found; a change in any of them makes a new edition.
SOURCES = (
    "extract.py", "extract_pdf.py", "searchable.py", "sites.py", "strings.py", "unsearchable.py",
    "views.py",
)  # fmt: skip
DAYS = 90


@dataclass(frozen=True, slots=True)
class Remembered:
    """A folder of answers. Whatever goes wrong with it only costs time."""

    folder: Path
    secret: bytes

    def find(self, digest: str) -> dict[str, Any] | None:
        """The answer about the file of that SHA-256, if it is there and ours."""
        try:
            seal, _, answer = (self.folder / digest).read_bytes().partition(b"\n")
        except OSError:
            return None
        if not hmac.compare_digest(seal, self._seal(digest, answer)):
            return None
        found: dict[str, Any] = json.loads(answer)
        return found

    def keep(self, digest: str, answer: dict[str, Any]) -> None:
        """Write it down whole or not at all; old ones go."""
        content = json.dumps(answer).encode()
        name = f".{digest}.{os.getpid()}"
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            for each in self._old():
                each.unlink(missing_ok=True)
            (self.folder / name).write_bytes(self._seal(digest, content) + b"\n" + content)
            (self.folder / name).replace(self.folder / digest)

    def _old(self) -> Iterator[Path]:
        before = time.time() - DAYS * 86400
        return (each for each in self.folder.iterdir() if each.stat().st_mtime < before)

    def _seal(self, digest: str, answer: bytes) -> bytes:
        told = b"\0".join((b"what a file holds", _edition(), digest.encode(), answer))
        return hmac.new(self.secret, told, hashlib.sha256).hexdigest().encode()


@functools.cache
def _edition() -> bytes:
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).digest()
