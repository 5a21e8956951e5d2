"""Coverage is read while the tests of the rooms with a floor run, and rests while others do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.measuring import ROOMS, is_measured
from tools import coverage_floor

HERE = Path(__file__).parent


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_with_a_floor_has_tests_of_its_own(room: str) -> None:
    names = [each.relative_to(HERE.parent).as_posix() for each in HERE.rglob("test_*.py")]
    assert [each for each in names if is_measured(each) and f"/{room}" in each.replace("test_", "")]


def test_the_rooms_are_those_with_a_floor() -> None:
    assert {each.removesuffix(".py").rstrip("/") for each in coverage_floor.HELD} == set(ROOMS)


def test_other_tests_are_not_measured() -> None:
    assert not is_measured("tests/web/test_matrix.py::test_a")
    assert not is_measured("tests/test_cli.py::test_a")
