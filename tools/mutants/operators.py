"""What may be written instead of one node of the syntax tree: (start, end, new text), in bytes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from tools.mutants.source import Source

Edit = tuple[int, int, str]

_COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_WRITTEN = re.compile(r"<=|>=|==|!=|<|>|\bis not\b|\bnot in\b|\bis\b|\bin\b")
_ARITHMETIC = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "+"), ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "+"), ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"), ast.Div: ("/", "*"),
}  # fmt: skip
_NAMES = {
    "any": ("all",), "all": ("any",), "min": ("max",), "max": ("min",),
    "lower": ("upper",), "upper": ("lower",), "startswith": ("endswith",),
    "endswith": ("startswith",), "strip": ("lstrip", "rstrip"), "lstrip": ("rstrip",),
    "rstrip": ("lstrip",), "find": ("rfind",), "rfind": ("find",), "index": ("rindex",),
    "partition": ("rpartition",), "rpartition": ("partition",), "fullmatch": ("match", "search"),
    "match": ("search", "fullmatch"), "search": ("match",), "removeprefix": ("removesuffix",),
    "removesuffix": ("removeprefix",),
}  # fmt: skip
_TIDYING = {"strip", "lstrip", "rstrip", "lower", "upper", "casefold", "replace", "removesuffix"}
# Without these a wrong type or the very same thing would come out, which tells nothing.
_SHAPING = {"any", "all", "bool", "dict", "frozenset", "int", "iter", "len", "list", "max", "min"}
_SHAPING |= {"next", "range", "set", "str", "sum", "tuple"}
_ATOMIC = (ast.Name, ast.Call, ast.Attribute, ast.Constant, ast.Subscript, ast.Compare)


def _wrapped(source: Source, node: ast.expr) -> str:
    text = source.text(node)
    return text if isinstance(node, _ATOMIC) else f"({text})"


def _whole(source: Source, node: ast.AST, *texts: str) -> Iterator[Edit]:
    start, end = source.span(node)
    yield from ((start, end, text) for text in texts)


def _sign(source: Source, left: ast.AST, right: ast.AST, old: str, new: str) -> Iterator[Edit]:
    """Another sign between two operands."""
    start, end = source.between(left, right)
    between = source.content[start:end].decode()
    yield start, end, re.sub(old, new, between, count=1)


def compare(source: Source, node: ast.Compare) -> Iterator[Edit]:
    """The edge of a comparison, and its opposite."""
    sides = [node.left, *node.comparators]
    for sign, left, right in zip(node.ops, sides, sides[1:], strict=False):
        yield from _sign(source, left, right, _WRITTEN.pattern, _COMPARISONS[type(sign)])


def operands(source: Source, node: ast.BoolOp) -> Iterator[Edit]:
    """Each operand left out."""
    sign = "and" if isinstance(node.op, ast.And) else "or"
    for out in node.values:
        rest = [_wrapped(source, each) for each in node.values if each is not out]
        text = f" {sign} ".join(rest)
        yield from _whole(source, node, text if len(rest) == 1 else f"({text})")


def unary(source: Source, node: ast.UnaryOp) -> Iterator[Edit]:
    """Without its ``not`` or its sign."""
    yield from _whole(source, node, _wrapped(source, node.operand))


def arithmetic(source: Source, node: ast.BinOp) -> Iterator[Edit]:
    """The opposite sign; each operand alone."""
    is_format = isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant)
    if is_format or type(node.op) not in _ARITHMETIC:
        return
    old, new = _ARITHMETIC[type(node.op)]
    yield from _sign(source, node.left, node.right, re.escape(old), new)
    yield from _whole(
        source, node, _wrapped(source, node.left), _wrapped(source, node.right)
    )


def condition(source: Source, node: Any) -> Iterator[Edit]:
    """Always, and never."""
    yield from _whole(source, node.test, "False")
    if not isinstance(node, ast.While):
        yield from _whole(source, node.test, "True")


def filters(source: Source, node: ast.comprehension) -> Iterator[Edit]:
    """A comprehension that takes all, or nothing."""
    for each in node.ifs:
        yield from _whole(source, each, "True", "False")


def number(source: Source, node: ast.Constant) -> Iterator[Edit]:
    """One more and one less; the other truth value."""
    if isinstance(node.value, bool):
        yield from _whole(source, node, str(not node.value))
    elif isinstance(node.value, int | float):
        less = repr(node.value - 1)
        yield from _whole(source, node, repr(node.value + 1), less if node.value else f"({less})")


def call(source: Source, node: ast.Call) -> Iterator[Edit]:
    """Another function of the same kind; no function; without a named argument."""
    yield from _other_name(source, node)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _TIDYING:
        yield from _whole(source, node, _wrapped(source, node.func.value))
    one = len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)
    if one and isinstance(node.func, ast.Name) and node.func.id not in _SHAPING:
        yield from _whole(source, node, f"({source.text(node.args[0])})")
    for out in (each for each in node.keywords if each.arg != "slots"):
        kept = [each for each in (*node.args, *node.keywords) if each is not out]
        text = ", ".join(source.text(each) for each in kept)
        yield from _whole(source, node, f"{source.text(node.func)}({text})")
    if _called(node) == "compile" and len(node.args) == 2:
        yield from _whole(source, node, f"{source.text(node.func)}({source.text(node.args[0])})")


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _other_name(source: Source, node: ast.Call) -> Iterator[Edit]:
    _, end = source.span(node.func)
    name = _called(node)
    for new in _NAMES.get(name, ()):
        yield end - len(name), end, new


def bounds(source: Source, node: ast.Slice) -> Iterator[Edit]:
    """Without its beginning, without its end."""
    lower, upper, step = (
        source.text(each) if each else "" for each in (node.lower, node.upper, node.step)
    )
    tail = f":{step}" if step else ""
    if lower:
        yield from _whole(source, node, f":{upper}{tail}")
    if upper:
        yield from _whole(source, node, f"{lower}:{tail}")
    if step:
        yield from _whole(source, node, f"{lower}:{upper}")


def elements(source: Source, node: ast.Tuple | ast.List | ast.Set) -> Iterator[Edit]:
    """Each element left out."""
    spans = [source.span(each) for each in node.elts]
    yield from _left_out(source, spans, "," if isinstance(node, ast.Tuple) else "")


def entries(source: Source, node: ast.Dict) -> Iterator[Edit]:
    """Each entry left out."""
    if None not in node.keys:
        pairs = zip(node.keys, node.values, strict=True)
        spans = [(source.span(k)[0], source.span(v)[1]) for k, v in pairs if k]
        yield from _left_out(source, spans, "")


def _left_out(source: Source, spans: list[tuple[int, int]], only: str) -> Iterator[Edit]:
    """``only`` is what must follow a last element that stands alone."""
    if len(spans) < 2:
        return
    for (start, _), (following, _) in pairwise(spans):
        yield start, following, ""
    (_, before), (_, end) = spans[-2:]
    ends_in_comma = source.content[end:].lstrip().startswith(b",")
    yield before, end, only if len(spans) == 2 and not ends_in_comma else ""


EXPRESSIONS: tuple[tuple[type | tuple[type, ...], Callable[..., Iterator[Edit]]], ...] = (
    (ast.Compare, compare),
    (ast.BoolOp, operands),
    (ast.UnaryOp, unary),
    (ast.BinOp, arithmetic),
    ((ast.If, ast.While, ast.IfExp), condition),
    (ast.comprehension, filters),
    (ast.Constant, number),
    (ast.Call, call),
    (ast.Slice, bounds),
    (ast.Dict, entries),
)
