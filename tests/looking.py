"""A look locks nothing: PostgreSQL refuses it there, and SQLite, which has no such locks, here.

And no page ends one with a ROLLBACK, after which PostgreSQL's driver has nothing prepared. What
pages keep of the roster is good until an act is recorded: none changes it without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from eventmail.audit.models import AuditEntry
from eventmail.mailings.acquainted import changes_nobody

ROSTER = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) (contacts|participants)\b")


def locks_nothing() -> None:
    """From now on, in every test."""
    sa.event.listen(sa.Engine, "before_execute", _refuse)


def _refuse(connection: sa.Connection, asked: object, *_: object) -> None:
    looks = "eventmail_looks" in connection.get_execution_options()
    locks = getattr(asked, "_for_update_arg", None) is not None
    assert not (looks and locks), f"a look would lock: {asked}"


@contextmanager
def rolled_back() -> Iterator[list[str]]:
    """The transactions of this process that end with a ROLLBACK meanwhile."""
    found: list[str] = []

    def note(connection: sa.Connection) -> None:
        found.append(f"ended a look of {connection.engine.dialect.name} with ROLLBACK")

    sa.event.listen(sa.Engine, "rollback", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "rollback", note)


@dataclass
class Written:
    """What transactions have done that are through: to the roster, and which acts they recorded."""

    roster: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    @property
    def unsaid(self) -> list[str]:
        """Changes of the roster beside which no act was recorded of a kind that may change it."""
        said = not all(map(changes_nobody, self.acts))
        return [] if said else [f"changed the roster without a record: {e}" for e in self.roster]


@contextmanager
def written() -> Iterator[Written]:
    """What is done meanwhile."""
    found, begun = Written(), Written()

    def statement(_connection: object, _cursor: object, asked: str, *_more: object) -> None:
        begun.roster += [asked] if ROSTER.match(asked) else []

    def recorded(_mapper: object, _connection: object, entry: AuditEntry) -> None:
        begun.acts.append(entry.action)

    def through(_connection: object) -> None:
        found.roster, found.acts = found.roster + begun.roster, found.acts + begun.acts
        undone(None)

    def undone(_connection: object) -> None:
        begun.roster, begun.acts = [], []

    heard = (
        (sa.Engine, "before_cursor_execute", statement),
        (AuditEntry, "after_insert", recorded),
        (sa.Engine, "commit", through),
        (sa.Engine, "rollback", undone),
    )
    for each in heard:
        sa.event.listen(*each)
    try:
        yield found
    finally:
        for each in heard:
            sa.event.remove(*each)
