"""Takes barriers away, one at a time, and puts them back."""

from __future__ import annotations
import __future__

import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.attacks.world import World

# The package's names "compose" and "search" are functions, so the modules are taken from here.
COMPOSE: Any = importlib.import_module("eventmail.wire.compose")
MATERIAL: Any = importlib.import_module("eventmail.wire.material")

Lowering = Callable[["World"], AbstractContextManager[object]]


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """``owner.name`` is ``value`` for a while."""
    before = inspect.getattr_static(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def instead(owner: Any, name: str, value: Any) -> Lowering:
    """Lowers a barrier by another function or value in its place."""
    return lambda _world: replaced(owner, name, value)


def silent(owner: Any, name: str, answer: Any = None) -> Lowering:
    """Lowers a check that no longer looks at anything and answers always the same."""
    return instead(owner, name, lambda *_, **__: answer)


def cut(owner: Any, name: str, check: str, by: str = "") -> Lowering:
    """Lowers one check inside a function: its source text ``check`` becomes ``by``.

    Fails if the function no longer has that text exactly once, so that a proof cannot go stale.
    """
    return lambda _world: replaced(owner, name, _rewritten(owner, name, check, by))


def _rewritten(owner: Any, name: str, check: str, by: str) -> Any:
    function = inspect.unwrap(getattr(owner, name))
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(check) == 1, f"{name} has no longer exactly one {check!r}"
    module = sys.modules[function.__module__]
    flags = __future__.annotations.compiler_flag
    code = compile(source.replace(check, by), str(module.__file__), "exec", flags=flags)
    made: dict[str, Any] = {}
    exec(code, module.__dict__, made)
    return made[function.__name__]


def both(*lowerings: Lowering) -> Lowering:
    """Lowers what stands in more than one place, but is one barrier."""

    @contextmanager
    def lowered(world: World) -> Iterator[None]:
        with ExitStack() as all_down:
            for each in lowerings:
                all_down.enter_context(each(world))
            yield

    return lowered


def without_guard(table: str, name: str) -> Lowering:
    """Drops one trigger."""
    return lambda world: dropped(world, lambda: drop_guard(world, table, name))


def without_constraint(table: str, name: str) -> Lowering:
    """Drops one constraint."""
    return lambda world: dropped(world, lambda: drop_constraint(world, table, name))


def without_index(name: str) -> Lowering:
    """Drops one unique index."""
    return lambda world: dropped(world, lambda: world.run(f"DROP INDEX {name}"))


@contextmanager
def dropped(_world: World, drop: Callable[[], object]) -> Iterator[None]:
    """The database of this world is thrown away afterwards: nothing is put back."""
    drop()
    yield


# PostgreSQL's keys need no guard beside them where rows are written by the thousand.
BY_KEYS_ALONE = ("snapshot_recipients", "deliveries", "attempts")


def drop_guard(world: World, table: str, name: str) -> None:
    if not world.database.is_sqlite and name == "replaced" and table in BY_KEYS_ALONE:
        return
    place = "" if world.database.is_sqlite else f" ON {table}"
    world.run(f"DROP TRIGGER guard_{table}_{name}{place}")


def drop_guards(world: World, *tables: str) -> None:
    """Every trigger of these tables."""
    for table in tables:
        if world.database.is_sqlite:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = "
            for (name,) in world.rows(f"{query}'{table}'"):
                world.run(f"DROP TRIGGER {name}")
        else:
            world.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def drop_constraint(world: World, table: str, name: str) -> None:
    if world.database.is_sqlite:
        _rebuild(world, table, name)
    else:
        world.run(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")


def _rebuild(world: World, table: str, name: str) -> None:
    """SQLite drops no constraint: the table is made anew without it, with all that hangs on it."""
    of_table = f"FROM sqlite_master WHERE tbl_name = '{table}' AND sql IS NOT NULL AND type"
    (created,) = (sql for (sql,) in world.rows(f"SELECT sql {of_table} = 'table'"))
    rest = [sql for (sql,) in world.rows(f"SELECT sql {of_table} <> 'table'")]
    plain = _without_clause(created, name)
    raw = world.database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("PRAGMA legacy_alter_table=ON")
        cursor.execute(f"ALTER TABLE {table} RENAME TO old_table")
        for (index,) in world.rows(f"SELECT name {of_table} = 'index'"):
            cursor.execute(f"DROP INDEX {index}")
        cursor.execute(plain)
        cursor.execute(f"INSERT INTO {table} SELECT * FROM old_table")
        for trigger in [sql for sql in rest if sql.startswith("CREATE TRIGGER")]:
            found = re.match(r"CREATE TRIGGER (\w+)", trigger)
            assert found
            cursor.execute(f"DROP TRIGGER IF EXISTS {found[1]}")
        cursor.execute("DROP TABLE old_table")
        for sql in rest:
            cursor.execute(sql)
        cursor.execute("PRAGMA legacy_alter_table=OFF")
        cursor.execute("PRAGMA foreign_keys=ON")
        raw.commit()
    finally:
        raw.close()


def _without_clause(created: str, name: str) -> str:
    """``CREATE TABLE`` without the clause ``CONSTRAINT name …``."""
    start = re.search(rf",?\s*CONSTRAINT {name}\b", created)
    assert start, f"no constraint {name}"
    depth, end = 0, start.end()
    while depth > 0 or created[end] not in ",)":
        depth += {"(": 1, ")": -1}.get(created[end], 0)
        end += 1
    return created[: start.start()] + created[end:]
