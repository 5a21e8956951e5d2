"""All addresses an office knows, in eight bytes each: what the gate asks, and nothing more."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable
from functools import cached_property
from typing import Self

from eventmail.wire import Unchanging

MOST_ASKED = 100
MARK_BITS, PART_BITS = 64, 8


class KnownAddresses(Unchanging):
    """A set of address keys that answers ``key in known``. 100,000 of them are 0.8 MB.

    Two keys share a digest of 64 bits once in 10¹⁴ questions; then a mail is stopped that was
    right, and no mail passes that was wrong. Compared by identity, so it can be a cache's key.
    """

    __slots__ = ("__weakref__", "_digests")

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests = _sorted(map(mark, keys))

    @classmethod
    def of_marks(cls, marks: array[int]) -> Self:
        """As from the texts that :func:`mark` made these of."""
        found = cls(())
        found._digests = _sorted(marks)
        return found

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        wanted = mark(key)
        place = bisect_left(self._digests, wanted)
        return place < len(self._digests) and self._digests[place] == wanted

    def __len__(self) -> int:
        return len(self._digests)


class KnownKeys(frozenset[str]):
    """The address keys themselves, with one digest of all of them."""

    @cached_property
    def digest(self) -> str:
        """Another one for any other set of them."""
        found = hashlib.sha256()
        for each in sorted(self):
            found.update(each.encode("utf-8", "surrogatepass") + b"\n")
        return found.hexdigest()


def mark(key: str) -> int:
    """64 bits that stand for a text."""
    # Texts from outside may hold lone surrogates.
    raw = key.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big")


def _sorted(marks: Iterable[int]) -> array[int]:
    """Each once, in order; sorted a part at a time, for a list of all would be as large as ten."""
    parts = [array("Q") for _ in range(1 << PART_BITS)]
    for each in marks:
        parts[each >> (MARK_BITS - PART_BITS)].append(each)
    found = array("Q")
    while parts:
        found.extend(sorted(set(parts.pop(0))))
    return found


class AskedAddresses(Container[str]):
    """Addresses of which only those are looked up that somebody asks for, each once.

    Whoever asks for more than :data:`MOST_ASKED` has all of them read instead.
    """

    __slots__ = ("_all", "_every", "_one", "_told")

    def __init__(self, one: Callable[[str], bool], every: Callable[[], Iterable[str]]) -> None:
        self._one, self._every = one, every
        self._told: dict[str, bool] = {}
        self._all: KnownAddresses | None = None

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str) or not _can_be_stored(key):
            return False
        if key not in self._told:
            many = self._all is not None or len(self._told) >= MOST_ASKED
            self._told[key] = key in self._whole() if many else self._one(key)
        return self._told[key]

    def __len__(self) -> int:
        return len(self._whole())

    def _whole(self) -> KnownAddresses:
        self._all = self._all or KnownAddresses(self._every())
        return self._all


def _can_be_stored(text: str) -> bool:
    """Whether a database could hold it: texts from outside may hold NUL or lone surrogates."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


Known = frozenset[str] | KnownAddresses | AskedAddresses
