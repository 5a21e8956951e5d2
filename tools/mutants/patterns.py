"""Changes of a regular expression: each says whether one piece of it matters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# A piece of a pattern and what stands for it instead: (start, end, new text).
Edit = tuple[int, int, str]

_ESCAPE = r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[0-7]{2,3}|.)"
_CHARACTER = rf"{_ESCAPE}|\{{\w+\}}|[^\]\\]"
_ITEM = re.compile(rf"({_CHARACTER})(?:-({_CHARACTER}))?", re.DOTALL)
_OPENING = re.compile(r"\((?:\?(?:[:=!]|<[=!]|P<\w+>))?")
_QUANTIFIER = re.compile(r"[*+?]|\{\{?(\d+)(?:(,)(\d*))?\}\}?")
_ATOM = re.compile(rf"{_ESCAPE}|\{{[\w.]+\}}|[^()|\[]", re.DOTALL)


def edits(pattern: str, *, holes: bool) -> Iterator[Edit]:
    """All changes of ``pattern``; ``holes`` if it is an f-string."""
    reader = _Reader(pattern)
    reader.branches()
    for start, end, new in dict.fromkeys(reader.found):
        if _compiles(pattern[:start] + new + pattern[end:], holes=holes):
            yield start, end, new


def _compiles(pattern: str, *, holes: bool) -> bool:
    if holes:
        pattern = re.sub(r"(?<!\{)\{[^{}]+\}(?!\})", "x", pattern)
        pattern = pattern.replace("{{", "{").replace("}}", "}")
    try:
        re.compile(pattern.replace("%d", "1"))
    except re.error:
        return False
    return True


@dataclass
class _Reader:
    pattern: str
    at: int = 0
    found: list[Edit] = field(default_factory=list)

    def branches(self) -> None:
        """Alternatives, up to the closing bracket or the end: each may go."""
        starts = [self.at]
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.pattern[self.at] == "|":
                self.at += 1
                starts.append(self.at)
            else:
                self._piece()
        if len(starts) > 1:
            ends = [*(start - 1 for start in starts[1:]), self.at]
            for start, end in zip(starts, ends, strict=True):
                # With its bar: the one behind it, or before the last.
                self.found.append((start, end + 1, "") if end < self.at else (start - 1, end, ""))

    def _piece(self) -> None:
        start = self.at
        if self.pattern[start] == "[":
            self._characters()
        elif opening := _OPENING.match(self.pattern, start):
            self.at = opening.end()
            self.branches()
            self.at += 1
            if opening[0] in {"(?=", "(?!", "(?<=", "(?<!"}:
                self.found.append((start, self.at, ""))
        else:
            atom = _ATOM.match(self.pattern, start)
            assert atom, self.pattern[start:]
            self.at = atom.end()
        self._quantity(start)

    def _characters(self) -> None:
        self.at += 1
        negated = self.pattern[self.at] == "^"
        self.at += negated
        items = []
        while not items or self.pattern[self.at] != "]":
            item = _ITEM.match(self.pattern, self.at)
            assert item
            items.append(item)
            self.at = item.end()
        self.at += 1
        for item in items:
            if len(items) > 1:
                self.found.append((item.start(), item.end(), ""))
            if item[2] and len(item[1]) == len(item[2]) == 1:
                self.found.append((item.start(1), item.end(1), _next(item[1], 1)))
                self.found.append((item.start(2), item.end(2), _next(item[2], -1)))

    def _quantity(self, start: int) -> None:
        end = self.at
        quantifier = _QUANTIFIER.match(self.pattern, end)
        if not quantifier:
            return
        self.at = quantifier.end()
        if self.pattern[self.at : self.at + 1] == "?":  # as few as possible
            self.found.append((self.at, self.at + 1, ""))
            self.at += 1
        match quantifier[0]:
            case "*":
                self.found += [(end, end + 1, "+"), (start, self.at, "")]
            case "+":
                self.found += [(end, end + 1, "*"), (end, self.at, "")]
            case "?":
                self.found += [(end, self.at, ""), (start, self.at, "")]
            case _:
                for group in (1, 3):
                    if number := quantifier[group]:
                        where = quantifier.start(group), quantifier.end(group)
                        self.found += [(*where, str(int(number) + step)) for step in (1, -1)]


def _next(character: str, step: int) -> str:
    return re.sub(r"([\]\\^-])", r"\\\1", chr(ord(character) + step))
