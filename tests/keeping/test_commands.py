"""The commands as an administrator types them: what they say, and with what they end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from eventmail import cli, cli_keeping, cli_ready, last_backup, migrate, processes
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.keeping import making
from eventmail.mailings.models import Snapshot
from tests.guards import drop_guard
from tests.keeping.conftest import Elsewhere

Typed = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def typed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """A command over these settings: how it ended, and what it said."""

    def answer(*arguments: object, on: Settings = settings) -> tuple[int, str, str]:
        monkeypatch.setattr(cli_ready, "settings_here", lambda: on)
        monkeypatch.setattr(sys, "argv", ["app.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, told.out, told.err

    return answer


def test_backup_restore_and_unlock(
    typed: Typed, approved: Snapshot, folder: Path, elsewhere: Elsewhere
) -> None:
    code, out, _ = typed("backup", folder, "--keep", 3)
    (path,) = folder.iterdir()
    assert (code, str(path) in out, "すべてが元と同じである" in out) == (0, True, True)
    code, out, _ = typed("verify-backup", path)
    assert (code, "そのまま戻せます" in out) == (0, True)

    there = elsewhere("sqlite")
    code, out, _ = typed("restore", path, on=there)
    assert (code, "まだ1通も送信しません" in out) == (0, True)
    assert cli_keeping.UNDONE in out
    assert cli_keeping.BEHIND in out
    code, out, _ = typed("unlock-restored", "--reason", "確かめました", on=there)
    assert code == 0
    assert "1件の送信は、一時停止にしました" in out
    assert cli_keeping.BEHIND in out
    code, _, err = typed("unlock-restored", "--reason", "もう一度", on=there)
    assert (code, "解除するものはありません" in err) == (2, True)


def test_a_bad_backup_ends_with_1(
    typed: Typed, database: Database, approved: Snapshot, folder: Path, elsewhere: Elsewhere
) -> None:
    drop_guard(database, "blobs", "emptied")
    with database.writing() as session:
        session.execute(sa.text("UPDATE blobs SET content = CAST('x' AS BLOB)"))
    code, _, err = typed("backup", folder)
    assert (code, "は使えません" in err) == (1, True)
    (path,) = folder.iterdir()
    code, _, err = typed("verify-backup", path)
    assert (code, "は使えません" in err) == (1, True)
    there = elsewhere("sqlite")
    code, _, err = typed("restore", path, on=there)
    assert (code, "--even-bad" in err) == (2, True)
    assert typed("restore", path, "--even-bad", on=there)[0] == 0


def test_move(typed: Typed, approved: Snapshot, elsewhere: Elsewhere) -> None:
    there = elsewhere("sqlite")
    code, out, _ = typed("move", "--to", there.database_url)
    assert (code, "送信を止めたままです" in out) == (0, True)
    assert there.database_url in out
    code, out, _ = typed("unlock-restored", "--reason", "移しました", on=there)
    assert (code, out) == (0, f"{cli_keeping.UNLOCKED}\n"), "nothing can have happened since"
    back = ["unlock-restored", "--nothing-sent-since", "--reason", "戻ります"]
    assert typed(*back)[:2] == (0, f"{cli_keeping.UNLOCKED}\n")


def test_one_that_is_told_to_end_leaves_no_copy_behind(
    settings: Settings, approved: Snapshot, folder: Path
) -> None:
    """As ``systemctl stop`` does in the midst of the trial."""
    child = processes.start(settings, ["backup", str(folder)])
    try:
        while child.poll() is None and not list(settings.data_dir.glob(".trial-*/*")):
            time.sleep(0.005)
        child.terminate()
        assert child.wait(60) == 143
    finally:
        child.kill()
        child.wait()
    assert not list(settings.data_dir.glob(".trial-*"))
    assert list(folder.iterdir()) == []
    found = last_backup.last_backup(settings)
    assert found is not None
    assert (found.is_good, found.told) == (False, making.ENDED)


class TestUpgrade:
    """``migrate`` keeps what there is before it changes anything."""

    def test_a_backup_comes_first(
        self, typed: Typed, settings: Settings, database: Database, approved: Snapshot
    ) -> None:
        migrate.downgrade(database, "0032")
        code, out, _ = typed("migrate")
        assert (code, "バックアップを作りました" in out) == (0, True)
        assert migrate.is_current(database)
        found = last_backup.last_good_backup(settings)
        assert found is not None
        assert Path(found.path).parent == settings.data_dir / "backups"
        assert typed("migrate")[1] == "データベースは最新です。\n"

    @pytest.mark.parametrize(
        ("named", "left"), [([], 2), (["--backup-to"], 4)], ids=["of its own", "of a person's"]
    )
    def test_of_its_own_backups_the_newest_two_stay(
        self,
        typed: Typed,
        settings: Settings,
        database: Database,
        approved: Snapshot,
        named: list[str],
        left: int,
    ) -> None:
        own = settings.data_dir / "backups"
        own.mkdir()
        older = [own / f"eventmail-2026010{day}T000000Z.zip" for day in (1, 2, 3)]
        for each in older:
            each.touch()
        migrate.downgrade(database, "0032")
        assert typed("migrate", *named, *[own] * len(named))[0] == 0
        found = sorted(own.iterdir())
        assert (len(found), found[-2]) == (left, older[-1])

    def test_without_one_where_it_is_said(
        self, typed: Typed, settings: Settings, database: Database, approved: Snapshot
    ) -> None:
        migrate.downgrade(database, "0032")
        assert typed("migrate", "--without-backup")[:2] == (0, "データベースは最新です。\n")
        assert last_backup.last_backup(settings) is None

    def test_a_backup_that_fails_its_trial_changes_nothing(
        self, typed: Typed, settings: Settings, database: Database, approved: Snapshot
    ) -> None:
        migrate.downgrade(database, "0032")
        drop_guard(database, "blobs", "emptied")
        with database.writing() as session:
            session.execute(sa.text("UPDATE blobs SET content = CAST('x' AS BLOB)"))
        code, _, err = typed("migrate")
        assert (code, "--without-backup" in err) == (2, True)
        assert migrate.revision_of(database) == "0032"

    @pytest.mark.parametrize(
        "command",
        [["migrate"], ["migrate", "--without-backup"], ["worker"], ["web"], ["backup", "kept"]],
        ids=" ".join,
    )
    def test_a_newer_database_is_refused_by_name(
        self, typed: Typed, database: Database, office_hours: None, command: list[str]
    ) -> None:
        with database.writing() as session:
            session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        code, _, err = typed(*command)
        assert code == 2
        assert (
            f"データベースの版（9999）が、このプログラムの版（{migrate.newest()}）より新しい" in err
        )
