"""A backup is one moment of a running installation, proved by restoring it, and kept in order."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock, last_backup, migrate
from eventmail.audit.service import record
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Blob
from eventmail.keeping import folder as folders
from eventmail.keeping import making, restoring, shape
from eventmail.keeping.archive import Reader
from eventmail.mailings.models import Snapshot
from eventmail.tables import metadata
from tests.guards import drop_guard
from tests.keeping.conftest import Elsewhere, rows_of, without_what_restoring_adds
from tests.kinds import DATABASES


@pytest.mark.parametrize("to", DATABASES)
def test_what_was_backed_up_comes_back_row_by_row(
    database: Database,
    kept: Path,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
    to: str,
) -> None:
    before = rows_of(database)
    assert len(before["blobs"]) >= 2
    there = elsewhere(to)
    restoring.restore(there, kept)
    copy = reopened(there)
    assert migrate.differences(copy) == []
    after = rows_of(copy)
    assert without_what_restoring_adds(after) == without_what_restoring_adds(before)
    assert len(after["audit_entries"]) == len(before["audit_entries"]) + 1


def test_the_next_row_after_a_restore_gets_a_number_of_its_own(
    kept: Path, elsewhere: Elsewhere, reopened: Callable[[Settings], Database]
) -> None:
    there = elsewhere("postgresql")
    restoring.restore(there, kept)
    with reopened(there).writing() as session:
        for _ in range(2):
            record(session, "office.stopped", "office:1", office_id=1)


def test_guards_are_there_again(
    database: Database,
    kept: Path,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> None:
    there = elsewhere("sqlite" if database.is_sqlite else "postgresql")
    restoring.restore(there, kept)
    copy = reopened(there)
    assert guards_of(copy) == guards_of(database)
    with pytest.raises(sa.exc.DatabaseError, match="guard"), copy.writing() as session:
        session.execute(sa.text("UPDATE audit_entries SET action = 'x'"))


def guards_of(database: Database) -> list[tuple[object, ...]]:
    listed = {
        True: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        False: "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }
    with database.engine.connect() as connection:
        return list(map(tuple, connection.execute(sa.text(listed[database.is_sqlite]))))


def test_a_backup_is_of_one_moment_while_somebody_writes(
    settings: Settings,
    database: Database,
    approved: Snapshot,
    folder: Path,
    elsewhere: Elsewhere,
    reopened: Callable[[Settings], Database],
) -> None:
    """Each transaction writes one entry in each of two chains: never is one there alone."""
    over = threading.Event()
    written = []

    def write() -> None:
        while not over.is_set():
            with database.writing() as session:
                record(session, "office.stopped", "office:1", office_id=1)
                record(session, "sending.locked", "installation:0")
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = making.backup(settings, folder)
    finally:
        over.set()
        writer.join()
    assert made.is_good, made.told
    assert len(written) > 5
    there = elsewhere("sqlite")
    restoring.restore(there, Path(made.path))
    with reopened(there).reading() as session:
        found = [
            session.execute(
                sa.text("SELECT count(*) FROM audit_entries WHERE action = :it"), {"it": action}
            ).scalar_one()
            for action in ("office.stopped", "sending.locked")
        ]
    assert found[0] == found[1] - 1  # restoring adds one


def test_the_manifest_says_what_is_in_it_and_no_key_is(settings: Settings, kept: Path) -> None:
    secrets = (settings.secret_key.encode(), settings.data_dir.name.encode())
    with zipfile.ZipFile(kept) as found:
        told = json.loads(found.read("manifest.json"))
        for name in found.namelist():
            assert not any(each in found.read(name) for each in secrets)
        lines = found.read("rows/deliveries.jsonl")
        trial = json.loads(found.read("trial.json"))
    assert told["revision"] == migrate.newest()
    assert told["tables"]["deliveries"] == {
        "rows": 31,
        "sha256": hashlib.sha256(lines).hexdigest(),
    }
    assert told["tables"]["blobs"]["rows"] >= 2
    assert trial["is_good"] is True
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [each.name for each in kept.parent.iterdir()] == [kept.name]


def test_what_must_not_travel_stays_and_nothing_points_to_it(kept: Path) -> None:
    with zipfile.ZipFile(kept) as found:
        names = {Path(each).stem for each in found.namelist() if each.startswith("rows/")}
    assert names == set(metadata.tables) - shape.LEFT_BEHIND
    assert set(metadata.tables) > shape.LEFT_BEHIND
    pointed = {
        key.column.table.name for each in metadata.sorted_tables for key in each.foreign_keys
    }
    assert not pointed & shape.LEFT_BEHIND


def test_the_last_backup_is_known(settings: Settings, kept: Path, folder: Path) -> None:
    found = last_backup.last_backup(settings)
    assert found is not None
    assert (found.path, found.is_good) == (str(kept), True)
    assert clock.now() - found.at < timedelta(minutes=5)
    with pytest.raises(UserError):
        making.backup(replace(settings, database_url="sqlite://"), folder)
    last, good = last_backup.last_backup(settings), last_backup.last_good_backup(settings)
    assert last is not None
    assert not last.is_good
    assert good == found


@pytest.mark.parametrize("content", ["", "{", "[]", '{"last": {"at": 3}}', '{"last": []}'])
def test_a_damaged_state_is_none_at_all(settings: Settings, content: str) -> None:
    assert last_backup.last_backup(settings) is None
    (settings.data_dir / last_backup.FILE).write_text(content)
    assert last_backup.last_backup(settings) is None


OF_OURS = (".restore-abcd_123", ".trial-abcd_124")


class TestKeep:
    NAMES = (
        "eventmail-20260101T000000Z.bad.zip",
        "eventmail-20260102T000000Z.zip",
        "eventmail-20260103T000000Z.bad.zip",
        "eventmail-20260104T000000Z.zip",
        "eventmail-20260105T000000Z.zip",
        "notes.txt",
    )

    @pytest.mark.parametrize(("keep", "left"), [(1, 1), (2, 2), (3, 4), (9, 4)])
    def test_the_oldest_go(self, tmp_path: Path, keep: int, left: int) -> None:
        for name in self.NAMES:
            (tmp_path / name).touch()
        folders.prune(tmp_path, keep)
        assert [each.name for each in folders.backups(tmp_path)] == list(self.NAMES[5 - left : 5])
        assert (tmp_path / "notes.txt").exists()

    def test_a_bad_one_removes_none(
        self, settings: Settings, database: Database, approved: Snapshot, folder: Path
    ) -> None:
        folder.mkdir()
        older = folder / self.NAMES[1]
        older.touch()
        spoil_a_material(database)
        assert not making.backup(settings, folder, keep=1).is_good
        assert older.exists()

    def test_copies_that_an_end_by_force_left_go(self, tmp_path: Path) -> None:
        old, written, others = (tmp_path / each for each in (*OF_OURS, ".trial-of-somebody"))
        for each in (old, written, others):
            each.mkdir()
            (each / "trial.sqlite3").touch()
            os.utime(each / "trial.sqlite3", (0, 0))
            os.utime(each, (0, 0))
        (written / "trial.sqlite3-wal").touch()
        os.utime(written, (0, 0))
        with folders.scratch(tmp_path, ".move-") as ours:
            assert set(tmp_path.iterdir()) == {written, others, ours}
        assert not ours.exists()

    def test_parts_of_yesterday_go_and_todays_stay(self, tmp_path: Path) -> None:
        parts = [tmp_path / f".eventmail-2026010{day}T000000Z.zip.part" for day in (1, 2)]
        for each in parts:
            each.touch()
        os.utime(parts[0], (0, 0))
        folders.sweep(tmp_path)
        assert [each.exists() for each in parts] == [False, True]


def spoil_a_material(database: Database) -> None:
    drop_guard(database, "blobs", "emptied")
    with database.writing() as session:
        first = session.scalars(sa.select(Blob.sha256).limit(1)).one()
        session.execute(sa.update(Blob).where(Blob.sha256 == first).values(content=b"another"))


def test_a_file_that_is_not_what_it_was_makes_a_bad_backup(
    settings: Settings, database: Database, approved: Snapshot, folder: Path
) -> None:
    spoil_a_material(database)
    made = making.backup(settings, folder)
    assert not made.is_good
    assert "資料（指紋" in made.told
    assert made.path.endswith(".bad.zip")
    with closing(Reader(Path(made.path))) as reader:
        assert reader.trial is not None
        assert not reader.trial.is_good


def test_a_backup_takes_no_name_that_is_taken(
    settings: Settings, approved: Snapshot, folder: Path
) -> None:
    with time_machine.travel(clock.now(), tick=False):
        path = Path(making.backup(settings, folder).path)
        before = path.read_bytes()
        with pytest.raises(UserError, match="同じ名前のバックアップがあります"):
            making.backup(settings, folder)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def test_memory_does_not_grow_with_the_rows(
    settings: Settings, database: Database, approved: Snapshot, tmp_path: Path
) -> None:
    peaks = []
    for count in (1_000, 4_000):
        with database.writing() as session:
            for number in range(count):
                record(session, "office.stopped", f"office:{number}", office_id=1, note="x" * 200)
        tracemalloc.start()
        making.write(settings, tmp_path / f"{count}.zip")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000


def test_rows_of_all_kinds_are_told(database: Database) -> None:
    """Every table of the newest revision has a key and only kinds that both databases know."""
    found = shape.forms(migrate.newest())
    assert {each.name for each in found} == set(metadata.tables) - shape.LEFT_BEHIND
    assert all(each.key for each in found)
