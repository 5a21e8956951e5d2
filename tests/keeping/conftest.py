"""The approved meeting backed up, and empty databases to restore it into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from eventmail.audit.keys import open_database
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.keeping import making
from eventmail.keeping.shape import LEFT_BEHIND
from eventmail.mailings.models import Snapshot
from eventmail.tables import metadata
from tests.conftest import Templates

Rows = dict[str, list[tuple[object, ...]]]
Elsewhere = Callable[[str], Settings]


def rows_of(database: Database) -> Rows:
    """Every row of every table that travels, read by the models and not by what is tested."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in LEFT_BEHIND
        }


def without_what_restoring_adds(rows: Rows) -> Rows:
    """The lock, and its line in the audit."""
    added = {"sending_locks", "audit_entries", "audit_links", "audit_heads"}
    return {name: each for name, each in rows.items() if name not in added}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def kept(settings: Settings, approved: Snapshot, folder: Path) -> Path:
    """A good backup of the approved meeting."""
    made = making.backup(settings, folder)
    assert made.is_good, made.told
    return Path(made.path)


@pytest.fixture
def elsewhere(settings: Settings, templates: Templates, tmp_path: Path) -> Iterator[Elsewhere]:
    """The settings of another machine with the same keys and an empty database of a kind."""
    made: list[str] = []

    def at(kind: str) -> Settings:
        made.append(templates.empty(kind))
        place = tmp_path / f"other{len(made)}"
        place.mkdir()
        return replace(settings, database_url=made[-1], data_dir=place)

    yield at
    for url in made:
        templates.drop(Database(url))


@pytest.fixture
def reopened() -> Iterator[Callable[[Settings], Database]]:
    """The database of these settings, closed after the test."""
    made: list[Database] = []

    def at(settings: Settings) -> Database:
        made.append(open_database(settings))
        return made[-1]

    yield at
    for each in made:
        each.dispose()
