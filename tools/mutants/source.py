"""A module's text, where its syntax tree stands in it, and one change of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One change. ``before`` and ``after`` are the changed lines, which name it in the table."""

    module: str
    function: str
    line: int
    last_line: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    content: bytes

    @property
    def key(self) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
        """What stays the same while other lines of the module move."""
        return self.module, self.function, self.before, self.after


@dataclass(frozen=True)
class Source:
    """A module as bytes, for the offsets of a syntax tree count bytes."""

    module: str
    content: bytes

    @classmethod
    def read(cls, root: Path, module: str) -> Source:
        """The module at ``root``/``module``."""
        return cls(module, (root / module).read_bytes())

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.content)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(map(len, self.content.splitlines(keepends=True)))]

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where ``node`` begins and ends."""
        assert isinstance(node, ast.expr | ast.stmt | ast.pattern | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first, last = self._starts[node.lineno - 1], self._starts[node.end_lineno - 1]
        return first + node.col_offset, last + node.end_col_offset

    def text(self, node: ast.AST) -> str:
        """What is written there."""
        start, end = self.span(node)
        return self.content[start:end].decode()

    def between(self, one: ast.AST, two: ast.AST) -> tuple[int, int]:
        """From the end of one node to the beginning of the next."""
        return self.span(one)[1], self.span(two)[0]

    def is_at_its_place(self, node: ast.expr) -> bool:
        """False inside some f-strings, where Python 3.11 gives the place of the whole."""
        is_slice = isinstance(node, ast.Slice)
        frame = "_[{}]" if is_slice else "({}\n)"
        try:
            again = ast.parse(frame.format(self.text(node)), mode="eval").body
        except (SyntaxError, ValueError):
            return False
        return ast.dump(again.slice if is_slice else again) == ast.dump(node)

    def changed(self, function: str, start: int, end: int, new: str) -> Mutant | None:
        """The mutant with ``new`` between two offsets; None if it means the same or nothing."""
        content = self.content[:start] + new.encode() + self.content[end:]
        try:
            tree = ast.parse(content)
        except SyntaxError:
            return None
        if ast.dump(tree) == ast.dump(self.tree):
            return None
        before, after = self.content.decode().splitlines(), content.decode().splitlines()
        head = next(n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
        tail = 0
        while before[-1 - tail] == after[-1 - tail] and len(before) - tail > head + 1:
            tail += 1
        old, last = before[head : len(before) - tail], len(before) - tail
        lines = after[head : len(after) - tail]
        return Mutant(
            self.module, function, head + 1, last, _stripped(old), _stripped(lines), content
        )


def _stripped(lines: list[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines)
