"""Each revision, down and up again over real rows: what both sides of a step know is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from eventmail import migrate
from eventmail.database import Database
from tests.conftest import Templates, opened
from tests.kinds import DATABASES

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]
TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}
# Tables of which a step down loses rows or values, for which the former revision has no place.
LOST: dict[str, tuple[str, ...]] = {
    "0011": ("memberships",),  # roles that there were not
}


def steps() -> list[tuple[str, str]]:
    """Each revision with the one before it, the newest first; the first has none."""
    scripts = ScriptDirectory.from_config(migrate.configuration()).walk_revisions()
    return [(each.revision, str(each.down_revision)) for each in scripts if each.down_revision]


def content(database: Database) -> dict[str, Table]:
    """Every table's columns and rows, whatever the models say."""
    with database.engine.connect() as connection:
        names = connection.execute(sa.text(TABLES[database.is_sqlite])).scalars().all()
        found = {}
        for name in set(names) - {"alembic_version"}:
            result = connection.execute(sa.text(f"SELECT * FROM {name}"))
            found[name] = (tuple(result.keys()), [tuple(map(short, row)) for row in result])
        return found


def short(value: object) -> object:
    """A file by its digest: comparing them whole took most of the time."""
    return hashlib.sha256(value).digest() if isinstance(value, bytes) else value


def shared(one: Table, other: Table) -> tuple[list[str], list[str]]:
    """The rows of both by the columns that both have."""
    columns = [each for each in one[0] if each in other[0]]
    return by(one, columns), by(other, columns)


def by(table: Table, columns: list[str]) -> list[str]:
    places = [table[0].index(each) for each in columns]
    return sorted(repr([row[at] for at in places]) for row in table[1])


def changed(before: dict[str, Table], after: dict[str, Table]) -> Iterator[str]:
    """The tables on both sides of a step whose rows are not the same in what both know."""
    for name in sorted(before.keys() & after.keys()):
        one, other = shared(before[name], after[name])
        if one != other:
            yield name


def test_a_lost_row_and_a_changed_value_are_seen() -> None:
    before = {"t": (("id", "new"), [(1, "a"), (2, "b")])}
    assert list(changed(before, {"t": (("id", "old"), [(2, "x"), (1, "y")])})) == []
    assert list(changed(before, {"t": (("id",), [(1,)])})) == ["t"]
    assert list(changed(before, {"t": (("new", "id"), [("a", 1), ("c", 2)])})) == ["t"]


@pytest.mark.parametrize("kind", DATABASES)
def test_each_step_keeps_what_both_sides_know(kind: str, templates: Templates) -> None:
    database = opened(templates.copy(kind, "approved"))
    found = content(database)
    down, up = {}, {}
    for revision, former in steps():
        migrate.downgrade(database, former)
        above, found = found, content(database)
        down[revision] = tuple(changed(above, found))
    for revision, _ in reversed(steps()):
        migrate.upgrade(database, revision)
        below, found = found, content(database)
        up[revision] = tuple(changed(below, found))
    assert {each: names for each, names in down.items() if names} == LOST
    assert {each: names for each, names in up.items() if names} == {}
    assert len(steps()) >= 32
    assert found["audit_entries"][1]
    templates.drop(database)
