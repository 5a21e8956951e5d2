"""Changes of whole statements, and of what an ``except`` catches."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tools.mutants.operators import Edit
from tools.mutants.source import Source

_AUGMENTED = {ast.Add: ("+=", ("-=", "=")), ast.Sub: ("-=", ("+=", "=")),
              ast.BitOr: ("|=", ("&=", "="))}  # fmt: skip


def left_out(source: Source, node: ast.stmt) -> Iterator[Edit]:
    """A call, ``raise``, ``del`` or the setting of an attribute or entry does not happen."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    yield *source.span(node), "pass"


def loop_end(source: Source, node: ast.Break | ast.Continue) -> Iterator[Edit]:
    """``break`` for ``continue``."""
    yield *source.span(node), "continue" if isinstance(node, ast.Break) else "break"


def augmented(source: Source, node: ast.AugAssign) -> Iterator[Edit]:
    """Taken away instead of added; set instead of added."""
    old, others = _AUGMENTED[type(node.op)]
    start, end = source.between(node.target, node.value)
    for new in others:
        yield start, end, source.content[start:end].decode().replace(old, new)


def caught(source: Source, node: ast.ExceptHandler) -> Iterator[Edit]:
    """One kind of error goes through."""
    if isinstance(node.type, ast.Tuple):
        for out in node.type.elts:
            kept = "".join(f"{source.text(e)}, " for e in node.type.elts if e is not out)
            yield *source.span(node.type), f"({kept.rstrip()})"
    elif node.type:
        yield *source.span(node.type), "()"


def suppressed(source: Source, node: ast.Call) -> Iterator[Edit]:
    """As :func:`caught`, for ``contextlib.suppress``."""
    if getattr(node.func, "attr", "") == "suppress":
        for out in node.args:
            kept = ", ".join(source.text(e) for e in node.args if e is not out)
            yield *source.span(node), f"{source.text(node.func)}({kept})"


def case(source: Source, node: ast.match_case) -> Iterator[Edit]:
    """A case that never comes."""
    if node.guard is None:
        yield *source.span(node.pattern), f"{source.text(node.pattern)} if False"


STATEMENTS: tuple[tuple[type | tuple[type, ...], Callable[..., Iterator[Edit]]], ...] = (
    ((ast.Expr, ast.Raise, ast.Delete, ast.Assign), left_out),
    ((ast.Break, ast.Continue), loop_end),
    (ast.AugAssign, augmented),
    (ast.ExceptHandler, caught),
    (ast.Call, suppressed),
    (ast.match_case, case),
)
