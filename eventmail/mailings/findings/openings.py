"""Which of many words stand in a text: asked are only those whose first two letters are in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

OPENING = 2  # letters
Value = TypeVar("Value")


class Openings(Generic[Value]):
    """Words, each with what it stands for. The empty word stands nowhere."""

    def __init__(self, words: Iterable[tuple[str, Value]]) -> None:
        self._words: dict[str, list[tuple[int, str, Value]]] = defaultdict(list)
        for number, (word, value) in enumerate(words):
            if word:
                self._words[word[:OPENING]].append((number, word, value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Openings) and self._words == other._words

    def standing_in(self, text: str) -> list[Value]:
        """What the words in a text stand for, in the order in which they were given."""
        pairs = {text[at : at + OPENING] for at in range(len(text) - 1)}
        found = [
            (number, value)
            for opening in {*pairs, *text}.intersection(self._words)
            for number, word, value in self._words[opening]
            if word in text
        ]
        return [value for _, value in sorted(found, key=lambda each: each[0])]
