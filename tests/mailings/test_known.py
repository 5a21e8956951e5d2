"""Addresses that are looked up when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventmail.mailings.known import MOST_ASKED, AskedAddresses

STORED = {"a@one.example", "b@two.example"}


class Shelf:
    """A database that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.whole = 0

    def one(self, key: str) -> bool:
        self.asked.append(key)
        return key in STORED

    def every(self) -> Iterator[str]:
        self.whole += 1
        yield from STORED


def test_each_address_is_looked_up_once() -> None:
    shelf = Shelf()
    known = AskedAddresses(shelf.one, shelf.every)
    assert ["a@one.example" in known for _ in range(3)] == [True] * 3
    assert ["x@one.example" in known for _ in range(3)] == [False] * 3
    assert (shelf.asked, shelf.whole) == (["a@one.example", "x@one.example"], 0)


def test_whoever_asks_for_many_has_all_read_instead() -> None:
    shelf = Shelf()
    known = AskedAddresses(shelf.one, shelf.every)
    found = {key for key in [*(f"{n}@x.example" for n in range(500)), *STORED] if key in known}
    assert found == STORED
    assert (len(shelf.asked), shelf.whole) == (MOST_ASKED, 1)


@pytest.mark.parametrize("key", ["a\0@one.example", "a\udcff@one.example", 5, None])
def test_what_no_database_holds_is_not_asked_for(key: object) -> None:
    shelf = Shelf()
    assert key not in AskedAddresses(shelf.one, shelf.every)
    assert shelf.asked == []
