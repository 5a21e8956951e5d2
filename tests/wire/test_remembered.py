"""What was found in a file is found again by other processes, and by nobody who changed it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventmail.wire import remembered, searchable
from eventmail.wire.remembered import DAYS, Remembered

DIGEST = hashlib.sha256(b"a file").hexdigest()
OTHER = hashlib.sha256(b"another file").hexdigest()
ANSWER: dict[str, Any] = {"sites": [], "unsearchable": ""}


@pytest.fixture
def kept(tmp_path: Path) -> Remembered:
    found = Remembered(tmp_path / "searched", b"the installation's secret")
    found.keep(DIGEST, ANSWER)
    return found


def test_another_process_finds_the_answer(kept: Remembered) -> None:
    assert Remembered(kept.folder, kept.secret).find(DIGEST) == ANSWER
    assert kept.find(OTHER) is None


def test_nobody_else_on_the_machine_may_read_it(kept: Remembered) -> None:
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700


def _changed(kept: Remembered) -> None:
    seal, _, _ = (kept.folder / DIGEST).read_bytes().partition(b"\n")
    told = json.dumps(ANSWER | {"unsearchable": "archive"}).encode()
    (kept.folder / DIGEST).write_bytes(seal + b"\n" + told)


def _anothers(kept: Remembered) -> None:
    kept.keep(OTHER, ANSWER)
    (kept.folder / OTHER).replace(kept.folder / DIGEST)


FORGERIES: dict[str, Callable[[Remembered], object]] = {
    "other words": _changed,
    "another file's answer": _anothers,
    "sealed with a guessed secret": lambda k: Remembered(k.folder, b"guess").keep(DIGEST, ANSWER),
    "cut off": lambda k: (k.folder / DIGEST).write_bytes(b"0"),
    "empty": lambda k: (k.folder / DIGEST).write_bytes(b""),
    "a folder": lambda k: ((k.folder / DIGEST).unlink(), (k.folder / DIGEST).mkdir()),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_what_was_changed_counts_as_not_there(
    kept: Remembered, forge: Callable[[Remembered], object]
) -> None:
    forge(kept)
    assert kept.find(DIGEST) is None


def test_another_edition_of_the_search_looks_anew(
    kept: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_edition", lambda: b"the next release")
    assert kept.find(DIGEST) is None


def test_the_edition_is_of_all_sources_that_decide_what_is_found() -> None:
    folder = Path(searchable.__file__).parent
    assert {"searchable.py", *(each.name for each in folder.glob("extract*.py"))} <= set(
        remembered.SOURCES
    )
    assert all((folder / name).is_file() for name in remembered.SOURCES)


def test_old_answers_go(kept: Remembered) -> None:
    long_ago = time.time() - (DAYS + 1) * 86400
    os.utime(kept.folder / DIGEST, (long_ago, long_ago))
    kept.keep(OTHER, ANSWER)
    assert [each.name for each in kept.folder.iterdir()] == [OTHER]


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    kept = Remembered(tmp_path / "taken", b"secret")
    kept.keep(DIGEST, ANSWER)
    assert kept.find(DIGEST) is None


def test_a_second_process_starts_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bytes] = []

    def child(_: str, content: bytes, *, seconds: float, megabytes: int) -> dict[str, Any]:
        calls.append(content)
        return searchable.in_child(content)

    monkeypatch.setattr(searchable, "call", child)
    monkeypatch.setattr(searchable, "_on_disk", [])
    searchable.remember_in(tmp_path / "searched", "secret")
    found = []
    for _ in range(2):
        monkeypatch.setattr(searchable, "_by_digest", {})  # as in a process that has just started
        found.append(searchable.search(b"taro@kure.example"))
    assert found[0].sites == found[1].sites
    assert [site.plain() for site in found[1].sites] == ["taro@kure.example"]
    assert len(calls) == 1
