"""The addresses an office knows, held small: each is found, none twice, and no other."""

from __future__ import annotations

from array import array

import pytest

from eventmail.mailings.known import KnownAddresses, KnownKeys, mark

KEYS = [f"person{number}@company{number % 70}.example" for number in range(5000)]
HIGHEST = 2**64 - 1


def test_each_is_found_and_counted_once() -> None:
    known = KnownAddresses([*KEYS, *reversed(KEYS)])
    assert len(known) == len(KEYS)
    assert all(each in known for each in KEYS)


@pytest.mark.parametrize("other", ["person5000@company30.example", "", "PERSON1", None, 7])
def test_no_other_is(other: object) -> None:
    assert other not in KnownAddresses(KEYS)


def test_nobody_is_known_at_first() -> None:
    assert len(KnownAddresses([])) == 0
    assert KEYS[0] not in KnownAddresses([])


@pytest.mark.parametrize("edge", [0, 1, 2**56 - 1, 2**56, HIGHEST - 1, HIGHEST])
def test_marks_of_any_size_stand_in_their_order(edge: int, monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownAddresses.of_marks(array("Q", [HIGHEST // 2, edge, *map(mark, KEYS), edge]))
    assert len(known) == len(KEYS) + 2
    monkeypatch.setattr("eventmail.mailings.known.mark", lambda _key: edge)
    assert "whoever has this mark" in known


def test_the_digest_of_keys_is_of_all_of_them_in_any_order() -> None:
    digests = {KnownKeys(each).digest for each in (KEYS, KEYS[::-1], KEYS[1:], [*KEYS, ""])}
    assert len(digests) == 3
