"""All mutants of one module."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tools.mutants.operators import EXPRESSIONS, Edit, elements
from tools.mutants.source import Mutant, Source
from tools.mutants.statements import STATEMENTS
from tools.mutants.strings import texts

MODULE_LEVEL = "(module)"
TABLES_OF_SENTENCES = {"MESSAGES", "RULES", "_SENTENCES"}
_NAMED = ast.FunctionDef | ast.ClassDef


def mutants_of(source: Source) -> list[Mutant]:
    """Each once, in the order of the lines; lines that read alike get a number."""
    found = list(dict.fromkeys(_made(source, source.tree, [])))
    seen: Counter[object] = Counter()
    for n, each in enumerate(found):
        seen[each.key] += 1
        if seen[each.key] > 1:
            found[n] = replace(each, function=f"{each.function} ({seen[each.key]})")
    return found


def _made(source: Source, node: ast.AST, parents: list[ast.AST]) -> Iterator[Mutant]:
    if _is_out_of_scope(node, parents):
        return
    name = ".".join(each.name for each in [*parents, node] if isinstance(each, _NAMED))
    for edit in _edits(source, node, parents):
        if mutant := source.changed(name or MODULE_LEVEL, *edit):
            yield mutant
    for child in _children(node):
        yield from _made(source, child, [*parents, node])


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns", "bases"}:
            yield from (
                each
                for each in (value if isinstance(value, list) else [value])
                if isinstance(each, ast.AST)
            )


def _edits(source: Source, node: ast.AST, parents: list[ast.AST]) -> Iterator[Edit]:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    if is_text or isinstance(node, ast.JoinedStr):
        if not isinstance(parents[-1], ast.Expr | ast.JoinedStr):
            assert isinstance(node, ast.expr)
            yield from texts(source, node, parents)
        return
    if isinstance(node, ast.expr) and not source.is_at_its_place(node):
        return
    for kind, operator in (*EXPRESSIONS, *STATEMENTS):
        if isinstance(node, kind) and not isinstance(parents[-1], ast.Raise):
            yield from operator(source, node)
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and _holds_choices(node, parents):
        yield from elements(source, node)


def _holds_choices(node: ast.expr, parents: list[ast.AST]) -> bool:
    """Not the tuples that only carry several values at once."""
    if isinstance(parents[-1], ast.ExceptHandler):
        return False
    if not any(isinstance(each, ast.FunctionDef) for each in parents):
        return True
    return isinstance(node, ast.Set) or isinstance(parents[-1], ast.Call | ast.Compare)


def _is_out_of_scope(node: ast.AST, parents: list[ast.AST]) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign) and not _inside(parents):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = getattr(target, "id", "")
        return name == "__all__" or name in TABLES_OF_SENTENCES or _is_type(node.value)
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in {"functools.lru_cache", "lru_cache", "super().__init__"}
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func) == "super().__init__"
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mult) and _is_size(node)
    return isinstance(node, ast.keyword) and node.arg == "slots"


def _is_size(node: ast.expr) -> bool:
    """``100 * 1024 * 1024``: a limit of our choice."""
    if isinstance(node, ast.BinOp):
        return _is_size(node.left) and _is_size(node.right)
    return isinstance(node, ast.Constant)


def _inside(parents: list[ast.AST]) -> bool:
    return any(isinstance(each, _NAMED) for each in parents)


def _is_type(value: ast.expr | None) -> bool:
    """``Envelope = Individual | BlindBatch``, ``TypeVar("T")``."""
    if isinstance(value, ast.Call):
        return getattr(value.func, "id", "") == "TypeVar"
    names = [each.id for each in ast.walk(value) if isinstance(each, ast.Name)] if value else []
    return isinstance(value, ast.BinOp) and bool(names) and all(
        name[0].isupper() and not name.isupper() for name in names
    )
