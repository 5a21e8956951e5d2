"""What was made ready of an office's people for one letter is ready for the next of its kind."""

from __future__ import annotations

import pytest

from eventmail.mailings.findings.directory import Directory, People, Person

NOBODY: frozenset[str] = frozenset()
AOZORA, MINATO = frozenset({"あおぞら製作所"}), frozenset({"みなと電気"})


def companies(directory: Directory) -> set[str]:
    return {key for key, *_ in directory.companies.standing_in("あおぞら製作所とみなと電気")}


@pytest.fixture
def people() -> People:
    return People(
        [
            Person("あおぞら製作所", "山田 太郎", "06-0000-0001", "taro@aozora.example"),
            Person("みなと電気", "佐々木 花子", "06-0000-0002", "hanako@minato.example"),
        ]
    )


def test_for_the_same_it_is_made_once(people: People) -> None:
    assert people.but(AOZORA, NOBODY, NOBODY) is people.but(AOZORA, NOBODY, NOBODY)


@pytest.mark.parametrize("place", range(3))
def test_each_of_three_makes_it_another(people: People, place: int) -> None:
    """Whose letter it is, who serves here, and who is named as a host."""
    before = people.but(NOBODY, NOBODY, NOBODY)
    asked = [NOBODY, NOBODY, NOBODY]
    asked[place] = frozenset({"山田 太郎"}) if place == 1 else AOZORA
    after = people.but(*asked)
    assert (companies(after), after.names) != (companies(before), before.names)
    assert companies(after) >= MINATO
    assert "佐々木花子" in after.names
