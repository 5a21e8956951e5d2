"""Two texts side by side: which lines are the same, and in those that changed, which words.

Japanese is written without spaces, so a word is a run of letters of one script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(
    r"[A-Za-z0-9]+|[Ａ-Ｚａ-ｚ０-９]+|[ぁ-ゖ]+|[ァ-ヺー]+|[一-鿿々〆ヶ]+|[ 　\t]+|.", re.DOTALL
)
ALIKE = 0.4  # below it a line is another line, and marking words in it would only confuse
MOST_TRIED = 40  # lines of one changed passage that are compared with each other


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, and whether the other text lacks it."""

    text: str
    changed: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the old text beside its line of the new one; None where there is none."""

    old: Line | None
    new: Line | None

    @property
    def same(self) -> bool:
        """Whether nothing changed here."""
        return self.old == self.new

    @property
    def kind(self) -> str:
        """``same``, ``added``, ``removed`` or ``changed``."""
        if self.same:
            return "same"
        return "added" if self.old is None else "removed" if self.new is None else "changed"


def side_by_side(old: str, new: str) -> list[Row]:
    """The lines of two texts, each beside its counterpart."""
    before, after = old.splitlines(), new.splitlines()
    rows: list[Row] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            rows += [Row((Piece(each),), (Piece(each),)) for each in before[a:b]]
        else:
            rows += _passage(before[a:b], after[c:d])
    return rows


def changes(rows: Sequence[Row]) -> int:
    """How many lines are not the same."""
    return sum(not row.same for row in rows)


def _passage(before: list[str], after: list[str]) -> Iterator[Row]:
    """A changed passage: lines that are alike beside each other, in their order."""
    done = 0
    for line in before:
        found = _like(line, after[done : done + MOST_TRIED])
        if found is None:
            yield Row((Piece(line, changed=True),), None)
            continue
        yield from _added(after[done : done + found])
        yield _row(line, after[done + found])
        done += found + 1
    yield from _added(after[done:])


def _added(lines: Sequence[str]) -> Iterator[Row]:
    return (Row(None, (Piece(each, changed=True),)) for each in lines)


def _like(line: str, others: Sequence[str]) -> int | None:
    """The first of the others that is alike enough to be this line, changed."""
    for number, other in enumerate(others):
        matcher = SequenceMatcher(None, _words(line), _words(other))
        if matcher.real_quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
            return number
    return None


def _row(old: str, new: str) -> Row:
    before, after = _words(old), _words(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        changed = tag != "equal"
        left += [Piece("".join(before[a:b]), changed)] if b > a else []
        right += [Piece("".join(after[c:d]), changed)] if d > c else []
    return Row(tuple(left), tuple(right))


def _words(line: str) -> list[str]:
    return WORD.findall(line)
