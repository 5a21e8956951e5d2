"""Changes of texts: a set of characters loses each, a pattern each piece, another gets a frame."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.mutants import patterns
from tools.mutants.operators import Edit
from tools.mutants.source import Source

_LITERAL = re.compile(r"([A-Za-z]*)(\"\"\"|'''|\"|')")
_RAW = re.compile(r"\b([rR][fFbB]?|[fFbB][rR])(\"|')((?:\\.|(?!\2).)*)\2", re.DOTALL)
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
_SETS = {"set", "frozenset", "strip", "rstrip", "lstrip"}


def texts(source: Source, node: ast.expr, parents: list[ast.AST]) -> Iterator[Edit]:
    """All changes of one string, f-string or bytes."""
    written = source.text(node)
    literal = _LITERAL.match(written)
    assert literal
    if "r" in literal[1].lower():
        yield from _pattern(source, node)
    elif _is_set(node, parents[-1]):
        assert isinstance(node, ast.Constant)
        for n, _ in enumerate(node.value):
            yield *source.span(node), repr(node.value[:n] + node.value[n + 1 :])
    elif not (_is_element(parents) or _JAPANESE.search(written) or _is_message(parents)):
        start, _ = source.span(node)
        at = start + literal.end()
        yield at, at, "XX"


def _pattern(source: Source, node: ast.expr) -> Iterator[Edit]:
    start, _ = source.span(node)
    written = source.text(node)
    for literal in _RAW.finditer(written):  # several, if they stand side by side
        inside = literal.start(3)
        for begin, end, new in patterns.edits(literal[3], holes="f" in literal[1].lower()):
            before, after = written[: inside + begin], written[: inside + end]
            yield start + len(before.encode()), start + len(after.encode()), new


def _is_set(node: ast.expr, parent: ast.AST) -> bool:
    """Whether the text stands for its characters: ``set("ab")``, ``strip(" .")``, ``in "ab"``."""
    if not isinstance(node, ast.Constant) or len(node.value) < 2:
        return False
    if isinstance(parent, ast.Call):
        return getattr(parent.func, "attr", getattr(parent.func, "id", "")) in _SETS
    among = isinstance(parent, ast.Compare) and isinstance(parent.ops[0], ast.In | ast.NotIn)
    return among and node in parent.comparators


def _is_element(parents: list[ast.AST]) -> bool:
    """One of several in a set, list or tuple: it is left out as a whole instead."""
    return isinstance(parents[-1], ast.Set | ast.List | ast.Tuple) and len(parents[-1].elts) > 1


def _is_message(parents: list[ast.AST]) -> bool:
    """Said to people: in a ``raise``, unless it is a code of one word; handed to ``super()``."""
    for each in parents:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "super().__init__":
            return True
    return any(isinstance(each, ast.Raise) for each in parents) and not _is_code(parents[-1])


def _is_code(parent: ast.AST) -> bool:
    arguments = parent.args if isinstance(parent, ast.Call) else ()
    words = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return bool(words) and all(re.fullmatch(r"[a-z_0-9-]+", word) for word in words)
