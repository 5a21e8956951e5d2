"""A forged audit makes a bad backup; once it is known it is told, and costs no older backup."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from eventmail.audit import verifying
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.keeping import making
from eventmail.mailings.models import Mailing, Snapshot
from tests.guards import drop_guard

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OLDER = tuple(f"eventmail-2026010{day}T000000Z.zip" for day in (1, 2))


@pytest.fixture
def forged(database: Database, approved: Snapshot) -> int:
    """Somebody rewrites what the office did as its third act; this is its chain."""
    drop_guard(database, "audit_entries", "update")
    with database.reading() as session:
        office_id = session.scalars(sa.select(Mailing.office_id)).one()
    forge(database, office_id, 3)
    return office_id


def forge(database: Database, chain: int, number: int) -> None:
    with database.writing() as session:
        session.execute(
            sa.text(
                "UPDATE audit_entries SET action = 'x' WHERE id = (SELECT entry_id "
                "FROM audit_links WHERE chain = :chain AND number = :number)"
            ),
            {"chain": chain, "number": number},
        )


def check(database: Database, chain: int) -> None:
    """As every night, or by ``audit verify``."""
    with database.writing() as session:
        verifying.note(session, verifying.verify(session, chain))


@pytest.fixture
def older(folder: Path) -> list[Path]:
    folder.mkdir()
    paths = [folder / name for name in OLDER]
    for each in paths:
        each.touch()
    return paths


def test_a_chain_that_nobody_knows_to_be_cut_makes_a_bad_one(
    settings: Settings, forged: int, folder: Path
) -> None:
    made = making.backup(settings, folder)
    assert not made.is_good
    assert f"監査記録の鎖（chain {forged}）が3番で切れています" in made.told


def test_one_that_is_known_is_told_and_no_older_backup_goes(
    settings: Settings, database: Database, forged: int, folder: Path, older: list[Path]
) -> None:
    check(database, forged)
    made = making.backup(settings, folder, keep=1)
    assert made.is_good, made.told
    assert f"前から切れている鎖があります（chain {forged}、3番）" in made.told
    assert "古いバックアップを消しません" in made.told
    assert all(each.exists() for each in older)


def test_another_fault_in_a_chain_that_is_known_to_be_cut_is_not_excused(
    settings: Settings, database: Database, forged: int, folder: Path
) -> None:
    check(database, forged)
    forge(database, forged, 2)
    made = making.backup(settings, folder)
    assert not made.is_good
    assert "2番で切れています" in made.told


def test_the_oldest_go_where_all_chains_are_whole(
    settings: Settings, approved: Snapshot, folder: Path, older: list[Path]
) -> None:
    assert making.backup(settings, folder, keep=1).is_good
    assert not any(each.exists() for each in older)
