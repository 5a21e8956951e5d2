"""An attack, the barrier that stops it, and the world it is struck in.

``strike`` tries to make a second participant's address reach somebody, or to send what was not
checked and approved exactly as it is. It says True only if that can be seen in the bytes that
were received or written, in the rows as they are stored, or in the page as it was served.
``lowered`` takes the named barrier away; then the same strike must succeed, or it proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from eventmail.addresses import AddressError
from eventmail.config import ConfigError
from eventmail.confined import ConfinedError
from eventmail.errors import UserError
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.wire import GateRefusal, Malformed, NotAllowedHere, RelayUnavailable, Unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.attacks.world import World


class Family(StrEnum):
    """Where the attack comes in."""

    CELL = "spreadsheet cell"
    LETTER = "letter text"
    MERGE = "merge value"
    FILE_NAME = "file name"
    CONTENT = "attachment content"
    HTTP = "HTTP form"
    TEMPLATE = "template injection"
    SERVICE = "direct service call"
    SQL = "direct SQL"
    SNAPSHOT = "forged snapshot"
    CONFIGURATION = "configuration"
    MISUSE = "library misuse"


class Barrier(StrEnum):
    """What stops it."""

    ADDRESS_TYPE = "ADDRESS TYPE"
    ROSTER_VERDICT = "ROSTER VERDICT"
    LETTER = "LETTER"
    FINDINGS = "FINDINGS"
    SHELF = "SHELF"
    ENVELOPE_TYPE = "ENVELOPE TYPE"
    COMPOSER = "COMPOSER"
    GATE = "GATE"
    SNAPSHOT_DIGEST = "SNAPSHOT DIGEST"
    REVIEW_TABLE = "REVIEW TABLE"
    FOUR_EYES = "FOUR EYES"
    SCHEMA = "SCHEMA"
    PERMISSION_TABLE = "PERMISSION TABLE"
    OFFICE_WALL = "OFFICE WALL"
    OFFICE_LEAVE = "OFFICE LEAVE"
    FORMS = "FORMS"
    PAGES = "PAGES"
    OUTBOX = "OUTBOX"
    FENCE = "FENCE"
    TRANSPORT = "TRANSPORT"
    CONFIGURATION = "CONFIGURATION"
    CHILD_PROCESS = "CHILD PROCESS"


Lowering = Callable[["World"], AbstractContextManager[object]]


@dataclass(frozen=True)
class Also:
    """One more barrier that would stop the attack: it is taken away too for the proof of life."""

    barrier: Barrier
    lowered: Lowering


@dataclass(frozen=True)
class Attack:
    """One way in, or one disguise. ``level`` is how far the sample office has come ("" for none).

    Direct SQL is struck on SQLite and on PostgreSQL, what else has a level on one of them, each
    time on a copy of its own.
    Where a refused strike leaves nothing behind that the second would meet (``leaves_nothing``),
    both are struck on the same copy, because a copy on PostgreSQL takes time.
    """

    family: Family
    barrier: Barrier
    name: str
    strike: Callable[[World], bool]
    lowered: Lowering
    also: Sequence[Also] = ()
    level: str = ""
    leaves_nothing: bool = False

    @property
    def title(self) -> str:
        """How it is listed; unique in the whole catalogue."""
        return f"{self.family}: {self.name}"


# An answer of the service that says no. Any other exception is a fault of the attack itself.
REFUSALS = (
    AddressError,
    ConfigError,
    ConfinedError,
    GateRefusal,
    Malformed,
    NotAllowedHere,
    RelayUnavailable,
    TypeError,
    UnreadableFile,
    Unwritable,
    UserError,
    ValueError,
    sa.exc.DatabaseError,
)


def reaches(attack: Attack, world: World) -> bool:
    """Whether the attack reaches its goal in this world."""
    try:
        return attack.strike(world)
    except REFUSALS:
        return False


@contextmanager
def without_barrier(attack: Attack, world: World) -> Iterator[None]:
    """The world with the attack's barrier taken away, and those that stand behind it."""
    with ExitStack() as stack:
        stack.enter_context(attack.lowered(world))
        for each in attack.also:
            stack.enter_context(each.lowered(world))
        yield
