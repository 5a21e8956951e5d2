"""What is slow to find and is always the same for its key, remembered by this process for a while.

A key names everything that the answer hangs on, such as the digest of what was frozen. What could
be erased meanwhile is asked for before anything is taken from here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """The answers asked for last, at most ``most``; any thread may ask."""

    def __init__(self, most: int, *, worth: Callable[[Value], bool] = lambda _: True) -> None:
        self._most, self._worth = most, worth
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Key, find: Callable[[], Value]) -> Value:
        """The answer to ``key``; where none is kept, ``find`` gives it. Kept if it is ``worth``
        it. What two ask for at once is found twice.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = find()
        if self._worth(found):
            self.put(key, found)
        return found

    def put(self, key: Key, found: Value) -> None:
        """Keep this answer from now on."""
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
