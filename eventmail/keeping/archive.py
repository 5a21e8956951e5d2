"""A backup's file: a zip with the lines of each table, the manifest, and the trial's result.

It is written under a temporary name and has its own only when all of it is on the disk.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from eventmail.errors import UserError
from eventmail.keeping.manifest import Manifest, Written
from eventmail.keeping.troubles import Broken

MANIFEST, TRIAL = "manifest.json", "trial.json"
LEVEL = 3  # a third of the time of zlib's own choice, for a tenth more room
DAMAGED = (
    "バックアップ {name} は壊れています（{what}）。途中で切れたか、書き換わっています。"
    "ほかのバックアップを使ってください。"
)
UNREADABLE = "バックアップ {name} を読めません（{why}）。ファイルの権限と場所を確かめてください。"
# What the zip library and those that it unpacks with say of bytes that are no zip of ours.
NO_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(KeyError, ValueError, TypeError, OverflowError),
    RuntimeError,  # encrypted, or packed in a way that it does not know
)
NOT_FOUND = "バックアップ {name} が見つかりません。ファイルの場所を確かめてください。"


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of restoring it; in one sentence. ``is_cut``: a chain of its audit is."""

    is_good: bool
    told: str
    is_cut: bool = False


@contextmanager
def created(path: Path) -> Iterator[Path]:
    """A new file beside ``path``, readable only by us, gone again if anything goes wrong."""
    part = path.with_name(f".{path.name}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def publish(part: Path, path: Path) -> None:
    """Give it its name, once all of it is on the disk. Nothing that is there is overwritten."""
    _sync(part, os.O_RDWR)
    if path.exists():
        part.unlink()
        raise FileExistsError(17, "同じ名前のバックアップがあります", str(path))
    part.rename(path)
    _sync(path.parent, os.O_RDONLY)


class Writer:
    """Adds to a new archive."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)

    def table(self, name: str, lines: Iterable[bytes]) -> Written:
        """One table's lines."""
        digest, rows = hashlib.sha256(), 0
        with self._zip.open(_entry(name), "w", force_zip64=True) as entry:
            for rows, line in enumerate(lines, 1):  # noqa: B007
                digest.update(line)
                entry.write(line)
        return Written(rows, digest.hexdigest())

    def manifest(self, manifest: Manifest) -> None:
        """The last of what is written before the trial."""
        self._zip.writestr(MANIFEST, manifest.to_json())

    def close(self) -> None:
        """The list of contents is written now."""
        self._zip.close()


def note_trial(path: Path, trial: Trial) -> None:
    """Add what became of the trial."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as found:
        found.writestr(TRIAL, json.dumps(asdict(trial), ensure_ascii=False, indent=1))


class Reader:
    """Reads one; every damage is told in one sentence. ``name`` is what it is called there."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.name = name or path.name
        with self._whole("一覧が読めません"):
            if not path.is_file():
                raise Broken(NOT_FOUND.format(name=path))
            self._zip = zipfile.ZipFile(path)
        try:
            with self._whole("目録がありません"):
                content = self._zip.read(MANIFEST)
            self.manifest = Manifest.of(content, self.name)
        except BaseException:
            self._zip.close()
            raise

    @property
    def trial(self) -> Trial | None:
        """What became of its trial; None before it."""
        if TRIAL not in self._zip.namelist():
            return None
        with self._whole("試しの結果が読めません"):
            return Trial(**json.loads(self._zip.read(TRIAL)))

    def lines(self, table: str) -> Iterator[bytes]:
        """The lines of one table, in order."""
        with self._whole(f"表「{table}」が読めません"), self._zip.open(_entry(table)) as entry:
            yield from entry

    def require_whole(self) -> None:
        """Go through all of it. Raises :class:`Broken` unless it is what the manifest says."""
        for table, written in self.manifest.tables.items():
            digest, rows = hashlib.sha256(), 0
            for rows, line in enumerate(self.lines(table), 1):  # noqa: B007
                digest.update(line)
            if (rows, digest.hexdigest()) != (written.rows, written.sha256):
                what = f"表「{table}」が目録と合いません"
                raise Broken(DAMAGED.format(name=self.name, what=what))

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    @contextmanager
    def _whole(self, what: str) -> Iterator[None]:
        try:
            yield
        except NO_ZIP as error:
            raise Broken(DAMAGED.format(name=self.name, what=what)) from error
        except OSError as error:  # it may be whole: the place of it is at fault
            why = error.strerror or error
            raise UserError(UNREADABLE.format(name=self.name, why=why)) from error


def _entry(table: str) -> str:
    return f"rows/{table}.jsonl"


def _sync(path: Path, flags: int) -> None:
    number = os.open(path, flags)
    try:
        os.fsync(number)
    finally:
        os.close(number)
