"""What can stand inside an attached file: another participant's address, seen or unseen."""

from __future__ import annotations

import base64
import functools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from eventmail import confined
from eventmail.wire import EncodedMaterial, extract, gate, searchable
from eventmail.wire.sites import Site
from tests.attacks import hostile
from tests.attacks.arena import Attack, Barrier, Family, Lowering
from tests.attacks.hiding import CLOSED, HIDING
from tests.attacks.lowering import instead, replaced, silent
from tests.attacks.reading import files
from tests.attacks.world import World
from tests.wire import files as made
from tests.wire.samples import mail, material
from tests.wire.smuggling import LOCKED, SPREADING, WRONG_FILES

TABLES = (SPREADING, HIDING, LOCKED, CLOSED)
UNSEEN: Lowering = silent(gate, "_of_attachment", ())
ANY_FILE: Lowering = silent(gate, "_check_materials")


@functools.cache
def _look_through() -> None:
    """Every file of the tables in one confined child: one for each would take a minute."""
    given = [base64.b64encode(each).decode() for table in TABLES for each in table.values()]
    payload = json.dumps(given).encode()
    kept = confined.call("tests.attacks.hiding:look_through", payload, seconds=60, megabytes=1536)
    for digest, answer in kept.items():
        sites = tuple(Site.from_json(each) for each in answer["sites"])
        searchable._remember(digest, searchable.Searched(sites, answer["unsearchable"]))


def _attached(content: bytes) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        _look_through()
        encoded = (material(content),)
        received = world.sends(mail(materials=encoded).content, encoded)
        return [found for _, found in files(received)] == [content]

    return strike


def _unapproved(
    written: tuple[EncodedMaterial, ...], approved: tuple[EncodedMaterial, ...]
) -> Callable[[World], bool]:
    """Other files leave than those that were approved."""

    def strike(world: World) -> bool:
        received = files(world.sends(mail(materials=written).content, approved))
        return [name for name, _ in received] == [each.filename for each in written]

    return strike


def _changed_part(world: World) -> bool:
    """The part is encoded once and shared: somebody changes its bytes afterwards."""
    encoded = (material("図"),)
    content = mail(materials=encoded).content
    changed = content.replace(encoded[0].part[-8:], material("秘").part[-8:])
    return files(world.sends(changed, encoded))[0][1] == "秘".encode()


def _settles_in(_world: World) -> bool:
    """A hostile file runs code of its own in whatever reads it."""
    hostile.MARKS.clear()
    confined.call("tests.attacks.hostile:settle_in", b"", seconds=5, megabytes=256)
    return bool(hostile.MARKS)


@contextmanager
def _no_child(_world: World) -> Iterator[None]:
    def here(function: str, payload: bytes, **_: Any) -> Any:
        return getattr(hostile, function.partition(":")[2])(payload)

    with replaced(confined, "call", here):
        yield


def _reads_secrets(_world: World) -> bool:
    """A hostile file looks for the service's passwords in its surroundings."""
    os.environ["EVENTMAIL_SECRET_KEY"] = "told in confidence"
    try:
        found = confined.call("tests.attacks.hostile:look_around", b"", seconds=5, megabytes=256)
    finally:
        del os.environ["EVENTMAIL_SECRET_KEY"]
    return "told in confidence" in found


def _bomb(world: World) -> bool:
    """A few kilobytes that unpack to more than anybody can look through."""
    return _attached(made.zipped(("図.txt", bytes(extract.MOST_BYTES + 1))))(world)


def _thousands(world: World) -> bool:
    """An archive of more entries than a person would pack."""
    entries = ((f"{n}", b"") for n in range(extract.MOST_ENTRIES + 1))
    return _attached(made.zipped(*entries))(world)


def _whole_list(world: World) -> bool:
    """A list of more addresses than can be compared, the participants somewhere among them."""
    lines = (f"a{n}@x{n}.example" for n in range(20_100))
    return _attached("\n".join(lines).encode())(world)


ATTACKS = (
    *(
        Attack(Family.CONTENT, Barrier.GATE, name, _attached(content), UNSEEN)
        for name, content in (SPREADING | HIDING).items()
    ),
    *(
        Attack(
            Family.CONTENT, Barrier.GATE, f"{name} hides what is in it", _attached(content), UNSEEN
        )
        for name, content in (LOCKED | CLOSED).items()
    ),
    *(
        Attack(
            Family.CONTENT,
            Barrier.GATE,
            f"files unlike the approved: {name}",
            _unapproved(*pair),
            ANY_FILE,
        )
        for name, pair in WRONG_FILES.items()
    ),
    Attack(
        Family.CONTENT, Barrier.GATE, "an encoded part changed in memory", _changed_part, ANY_FILE
    ),
    Attack(Family.CONTENT, Barrier.GATE, "a bomb in an archive", _bomb, UNSEEN),
    Attack(Family.CONTENT, Barrier.GATE, "an archive of thousands of files", _thousands, UNSEEN),
    Attack(Family.CONTENT, Barrier.GATE, "a list of thousands of addresses", _whole_list, UNSEEN),
    Attack(
        Family.CONTENT,
        Barrier.CHILD_PROCESS,
        "a file that runs code in its reader",
        _settles_in,
        _no_child,
    ),
    Attack(
        Family.CONTENT,
        Barrier.CHILD_PROCESS,
        "a file that reads the service's secrets",
        _reads_secrets,
        instead(
            confined, "_environment", lambda own=confined._environment: {**os.environ, **own()}
        ),
    ),
)
