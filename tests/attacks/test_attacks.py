"""Every attack of the catalogue, both ways: stopped by its barrier, and reaching without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.attacks.arena import Attack, Barrier, Family, reaches, without_barrier
from tests.attacks.catalogue import CATALOGUE
from tests.attacks.world import Arena, World
from tests.kinds import DATABASES, by_turns


def kinds_of(attack: Attack) -> tuple[str, ...]:
    """Where the database is the barrier, both have to stop it; what Python decides, by turns."""
    if not attack.level:
        return ("",)
    by_database = attack.family is Family.SQL or attack.barrier is Barrier.SCHEMA
    return DATABASES if by_database else (by_turns(attack.title),)


CASES = [
    pytest.param(number, attack, kind, id=f"{attack.title} {kind}".strip())
    for number, attack in enumerate(CATALOGUE)
    for kind in kinds_of(attack)
]


@pytest.fixture(scope="session")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Arena:
    return Arena(tmp_path_factory.mktemp("arena"))


@pytest.fixture
def worlds(request: pytest.FixtureRequest, arena: Arena) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(kind: str, level: str) -> World:
        made.append(World(request, arena, kind, level))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize(("number", "attack", "kind"), CASES)
def test_an_attack_is_stopped_by_its_barrier_and_by_nothing_else(
    number: int,
    attack: Attack,
    kind: str,
    worlds: Callable[..., World],
    record_property: Callable[[str, object], None],
) -> None:
    record_property("attack", (number, attack.barrier.value, attack.title))
    world = worlds(kind, attack.level)
    stopped = not reaches(attack, world)
    record_property("stopped", stopped)
    assert stopped, f"REACHED: {attack.title}"
    world.recorder.clear()

    bare = world if attack.leaves_nothing else worlds(kind, attack.level)
    with without_barrier(attack, bare):
        proved = reaches(attack, bare)
    record_property("proved", proved)
    assert proved, f"without {attack.barrier} it still does not reach: {attack.title}"


def test_the_catalogue_names_each_attack_once() -> None:
    titles = Counter(attack.title for attack in CATALOGUE)
    assert [title for title, count in titles.items() if count > 1] == []


def test_the_catalogue_has_every_family_and_every_barrier() -> None:
    assert {attack.family for attack in CATALOGUE} == set(Family)
    assert {attack.barrier for attack in CATALOGUE} == set(Barrier)


def test_the_catalogue_is_not_smaller_than_it_was() -> None:
    assert len(CATALOGUE) >= 870


def test_what_the_database_itself_stops_is_tried_on_both() -> None:
    schema = [a for a in CATALOGUE if a.level and a.barrier is Barrier.SCHEMA]
    assert [a.title for a in schema if kinds_of(a) != DATABASES] == []
