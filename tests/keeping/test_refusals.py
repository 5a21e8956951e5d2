"""What is damaged, foreign or in the way is refused with one sentence, and nothing is changed."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from eventmail import last_backup, migrate
from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.keeping import making, restoring, shape
from eventmail.mailings.models import Snapshot
from tests.keeping.conftest import Elsewhere, rows_of, without_what_restoring_adds
from tests.kinds import DATABASES

Damage = Callable[[Path], None]


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """The same archive with other entries (None: without it)."""
    other = path.with_suffix(".other")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    other.replace(path)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def a_bit_flipped(path: Path) -> None:
    with zipfile.ZipFile(path) as found:
        at = found.getinfo("rows/deliveries.jsonl").header_offset + 120
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(bytes(content))


def no_zip(path: Path) -> None:
    path.write_bytes(b"not a zip at all" * 100)


def a_material_missing(path: Path) -> None:
    rewritten(path, lambda name, old: old.split(b"\n", 1)[1] if name == "rows/blobs.jsonl" else old)


def a_table_missing(path: Path) -> None:
    rewritten(path, lambda name, old: None if name == "rows/deliveries.jsonl" else old)


def a_row_changed(path: Path) -> None:
    rewritten(
        path,
        lambda name, old: old.replace(b"queued", b"frozen") if "deliveries" in name else old,
    )


def no_manifest(path: Path) -> None:
    rewritten(path, lambda name, old: None if name == "manifest.json" else old)


def half_a_manifest(path: Path) -> None:
    rewritten(path, lambda name, old: old[:200] if name == "manifest.json" else old)


def told_otherwise(path: Path, **values: object) -> None:
    def change(name: str, old: bytes) -> bytes:
        return json.dumps(json.loads(old) | values).encode() if name == "manifest.json" else old

    rewritten(path, change)


def a_manifest_changed(path: Path) -> None:
    told_otherwise(path, made_at="2020-01-01T00:00:00+00:00")


def a_newer_format(path: Path) -> None:
    told_otherwise(path, format=99)


def no_keys(path: Path) -> None:
    told_otherwise(path, keys=[])


def no_list(path: Path) -> None:
    """A manifest that is JSON, but not of this kind."""
    rewritten(path, lambda name, old: b"null" if name == "manifest.json" else old)


def marked(path: Path, at: int, value: int) -> None:
    """A field of the manifest's line in the list of contents."""
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(b"manifest.json"))
    content[entry + at] = value
    path.write_bytes(bytes(content))


def encrypted(path: Path) -> None:
    marked(path, 8, 1)


def packed_otherwise(path: Path) -> None:
    marked(path, 10, 97)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "truncated": (truncated, "壊れています（一覧が読めません）"),
    "a bit flipped": (a_bit_flipped, "壊れています（表「deliveries」が読めません）"),
    "no zip": (no_zip, "壊れています（一覧が読めません）"),
    "a material missing": (a_material_missing, "壊れています（表「blobs」が目録と合いません）"),
    "a table missing": (a_table_missing, "壊れています（表「deliveries」が読めません）"),
    "a row changed": (a_row_changed, "壊れています（表「deliveries」が目録と合いません）"),
    "no manifest": (no_manifest, "壊れています（目録がありません）"),
    "half a manifest": (half_a_manifest, "目録を読めません"),
    "a manifest changed": (a_manifest_changed, "書き換えられています"),
    "a newer format": (a_newer_format, "このプログラムより新しいもので作られています"),
    "no keys": (no_keys, "目録を読めません"),
    "no list": (no_list, "目録を読めません"),
    "encrypted": (encrypted, "壊れています（目録がありません）"),
    "packed otherwise": (packed_otherwise, "壊れています（目録がありません）"),
    "not there": (Path.unlink, "見つかりません"),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One backup for all damages: making it takes longer than refusing it."""
    return {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("damage", "sentence"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_backup_is_refused_before_anything_is_written(
    settings: Settings,
    approved: Snapshot,
    folder: Path,
    sample: dict[str, bytes],
    elsewhere: Elsewhere,
    damage: Damage,
    sentence: str,
) -> None:
    if not sample:
        sample["bytes"] = Path(making.backup(settings, folder).path).read_bytes()
    path = folder.parent / "eventmail.zip"
    path.write_bytes(sample["bytes"])
    damage(path)
    there = elsewhere("sqlite")
    with pytest.raises(UserError) as refused:
        restoring.restore(there, path)
    assert sentence in refused.value.message
    assert not Path(sa.make_url(there.database).database or "").exists()


def not_allowed(*_: object) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_that_may_not_be_read_is_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests as root may read every file: so it is said here."""
    path = tmp_path / "eventmail.zip"
    path.touch()
    monkeypatch.setattr("eventmail.keeping.archive.zipfile.ZipFile", not_allowed)
    with pytest.raises(UserError, match=r"読めません（Permission denied）"):
        restoring.restore(settings, path)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_name_that_no_disk_takes_is_told(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"読めません（File name too long）"):
        restoring.restore(settings, tmp_path / ("x" * 300))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_another_key_is_asked_for_by_its_fingerprint(kept: Path, elsewhere: Elsewhere) -> None:
    there = replace(elsewhere("sqlite"), secret_key="y" * 40)
    with zipfile.ZipFile(kept) as found:
        (needed,) = json.loads(found.read("manifest.json"))["keys"]
    with pytest.raises(UserError, match=f"指紋 {needed} の鍵が必要です"):
        restoring.restore(there, kept)
    restoring.restore(replace(there, sealing_keys=("y" * 40, elsewhere("sqlite").secret_key)), kept)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_newer_revision_is_refused(
    settings: Settings,
    database: Database,
    approved: Snapshot,
    folder: Path,
    elsewhere: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a program of an earlier revision sees it."""
    path = Path(making.backup(settings, folder).path)
    monkeypatch.setattr("eventmail.migrate.is_known", lambda revision: False)
    with pytest.raises(UserError, match=r"データベースの版（\d+）は、このプログラムの版"):
        restoring.restore(elsewhere("sqlite"), path)


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_with_rows_is_not_touched(
    database: Database, kept: Path, elsewhere: Elsewhere, kind: str
) -> None:
    there = elsewhere(kind)
    restoring.restore(there, kept)
    with pytest.raises(UserError, match=r"空ではありません（表「\w+」に行があります）.*何も変えて"):
        restoring.restore(there, kept)


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_was_only_migrated_is_empty(
    database: Database,
    kept: Path,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
    kind: str,
) -> None:
    """The rows that a revision brings are not in the way, and give way to the backup's."""
    there = elsewhere(kind)
    made = open_database(there)
    migrate.upgrade(made)
    made.dispose()
    assert shape.brought(migrate.newest())
    restoring.restore(there, kept)
    before, after = rows_of(database), rows_of(reopened(there))
    assert without_what_restoring_adds(after) == without_what_restoring_adds(before)


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_row_that_does_not_fit_leaves_nothing_behind(
    kept: Path, elsewhere: Elsewhere, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found while it is written, after the digests were right: as if a reader had failed."""
    there = elsewhere(kind)
    lines = restoring.Reader.lines

    def spoilt(self: restoring.Reader, table: str) -> object:
        found = lines(self, table)
        return (
            (each.replace(b'"queued"', b'"frozen"') for each in found)
            if table == "deliveries" and spoiling
            else found
        )

    spoiling = False
    monkeypatch.setattr(restoring.Reader, "lines", spoilt)
    monkeypatch.setattr(restoring.Reader, "require_whole", lambda self: None)
    spoiling = True
    with pytest.raises(UserError, match=r"戻せませんでした.*deliveries.*何も書き込んでいません"):
        restoring.restore(there, kept)
    spoiling = False
    restoring.restore(there, kept)  # it is as empty as before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_leaves_nothing(
    settings: Settings, approved: Snapshot, folder: Path
) -> None:
    shape.forms(migrate.newest())  # asked of the migrations once, and known from then on
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(UserError, match="空きが足りないため、バックアップを作れませんでした"):
            making.backup(settings, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_room_for_the_trial_is_told(
    settings: Settings, approved: Snapshot, folder: Path, kept: Path
) -> None:
    size = kept.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    shutil.rmtree(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50_000, hard))
    try:
        with pytest.raises(UserError, match="空きが足りません"):
            making.backup(settings, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(folder.iterdir()) == []
    assert not list(settings.data_dir.glob(".trial-*"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_folder_that_is_a_file_is_told(
    settings: Settings, approved: Snapshot, tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(UserError, match="書き込めません"):
        making.backup(settings, tmp_path / "a file")
    found = last_backup.last_backup(settings)
    assert found is not None
    assert not found.is_good


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_is_away_is_a_failed_backup(
    settings: Settings, kept: Path, folder: Path
) -> None:
    """Whoever watches would go on believing in the good one."""
    away = replace(settings, database_url="postgresql+psycopg://x:x@127.0.0.1:1/x")
    with pytest.raises(OperationalError):
        making.backup(away, folder)
    last, good = last_backup.last_backup(settings), last_backup.last_good_backup(settings)
    assert last is not None
    assert good is not None
    assert (last.is_good, last.told) == (False, making.UNREACHABLE)
    assert good.path == str(kept)
    assert list(folder.iterdir()) == [kept]


ENDS = {
    "a fault of ours": (RuntimeError("x"), "（RuntimeError）"),
    "told to end": (SystemExit(143), "途中で止められたため"),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("ending", "told"), ENDS.values(), ids=ENDS)
def test_whatever_ends_a_backup_is_noted(
    settings: Settings,
    database: Database,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: BaseException,
    told: str,
) -> None:
    def ends(*_: object) -> None:
        raise ending

    monkeypatch.setattr(making, "write", ends)
    with pytest.raises(type(ending)):
        making.backup(settings, folder)
    last = last_backup.last_backup(settings)
    assert last is not None
    assert not last.is_good
    assert told in last.told
