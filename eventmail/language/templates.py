"""Templates are written in Japanese; their sentences are found and said in English by themselves.

A sentence is what stands between two tags of a block kind or two Jinja statements, with its
``{{ values }}`` and its inline tags: ``<b>{{ count }}</b>社に送ります。`` is the one pattern
``<b>{count}</b>社に送ります。``. Texts within expressions are sentences too, joined ones
(``"全部で" ~ count ~ "件"``) as a whole. Nobody can forget to mark a text, and in Japanese
a page is exactly what its template says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from flask.templating import Environment
from jinja2 import nodes, pass_eval_context
from jinja2.filters import do_join
from jinja2.nodes import EvalContext
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from eventmail.language.catalogue import english_of
from eventmail.language.choice import in_english
from eventmail.language.filling import fill_html
from eventmail.language.saying import Said, filled, retold, said, told
from eventmail.language.sentences import JAPANESE, Sentence, split_html

ENGLISH_NOW, IN_ENGLISH, SAY, SAY_JOINED = "_english_now", "_in_english", "_said", "_said_joined"


class InTwoLanguages(Environment):
    """Flask's environment, whose templates can be shown in English.

    ``_parse`` is the one place that parsing and compiling share; Jinja's own extensions see tokens
    only, which cannot tell a whole sentence.
    """

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{**options, "finalize": told})  # type: ignore[arg-type]
        self.globals.update(
            {
                ENGLISH_NOW: in_english,
                IN_ENGLISH: say_html,
                SAY: lru_cache(maxsize=None)(said),  # texts of templates, which are so many
                SAY_JOINED: said_joined,
            }
        )
        self.filters["join"] = joined
        self.filters["retold"] = retold
        self.filters["told"] = told

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if not is_japanese_only(name):
            translate(tree).set_environment(self)
        return tree


# A participant's own pages have their two languages from his link.
JAPANESE_ONLY = ("own_page/",)


def is_japanese_only(name: str | None) -> bool:
    """Whether a template is shown as it is written, whatever language is spoken."""
    return (name or "").startswith(JAPANESE_ONLY)


def say_html(pattern: str, values: dict[str, object], tags: dict[str, list[object]]) -> Markup:
    """A sentence of a template in English, its values escaped, its inline tags put back.

    One without English stays Japanese.
    """
    shown: dict[str, object] = {name: told(value) for name, value in values.items()}
    text = english_of(pattern) or pattern
    for name, parts in tags.items():
        shown[_tag_place(name)] = Markup("").join(told(each) for each in parts)
        text = text.replace(f"<{name}>", "{" + _tag_place(name) + "}")
        text = text.replace(f"</{name}>", f"</{name.rstrip('0123456789')}>")
    return fill_html(text, shown or {"": ""})


def _tag_place(name: str) -> str:
    return f"tag_{name}"


def said_joined(pattern: str, values: dict[str, object]) -> Said | Markup:
    """Texts and values joined by ``~``: a sentence, or markup if one of the values is."""
    if any(hasattr(each, "__html__") and not isinstance(each, Said) for each in values.values()):
        return say_html(pattern, values, {})
    return filled(pattern, {name: _ordinary(value) for name, value in values.items()})


def _ordinary(value: object) -> object:
    return value if isinstance(value, str) else str(value)


@pass_eval_context
def joined(context: EvalContext, value: Any, d: str = "", attribute: str | None = None) -> Any:
    """Jinja's ``join``, with each text in the language that is spoken."""
    if attribute is not None:
        return do_join(context, value, d, attribute)
    return do_join(context, [told(each) for each in value], told(d))


def translate(tree: nodes.Template, note: Callable[[str], None] = lambda _: None) -> nodes.Template:
    """The same template, saying each of its sentences in the language that is spoken."""
    _Expressions(note).visit(tree)
    _Texts(note).visit(tree)
    return tree


class _Expressions(NodeTransformer):
    """Texts within expressions."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.note = note

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        if not isinstance(node.value, str) or not JAPANESE.search(node.value):
            return node
        self.note(node.value)
        return _call(SAY, node.lineno, node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        sentence = Sentence()
        for part in node.nodes:
            if isinstance(part, nodes.Const) and isinstance(part.value, str):
                sentence.add_text(part.value)
            else:
                sentence.add_value(self.visit(part))
        if not JAPANESE.search(sentence.words):
            return node
        self.note(sentence.pattern)
        values = _dict(sentence.values, node.lineno)
        english = _call(SAY_JOINED, node.lineno, nodes.Const(sentence.pattern), values)
        return nodes.CondExpr(_call(ENGLISH_NOW, node.lineno), english, node, lineno=node.lineno)

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
        return node


class _Texts(NodeTransformer):
    """Texts between tags, and in attributes."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.note = note

    def visit_Output(self, node: nodes.Output) -> nodes.Node | list[nodes.Node]:
        if not any(isinstance(each, nodes.TemplateData) for each in node.nodes):
            return node
        pieces = split_html(node.nodes)
        if not any(isinstance(each, Sentence) for each in pieces):
            return node
        return list(self._statements(pieces, node.lineno))

    def _statements(
        self, pieces: list[list[nodes.Expr] | Sentence], line: int
    ) -> Iterator[nodes.Node]:
        for piece in pieces:
            if isinstance(piece, Sentence):
                yield self._either(piece, line)
            elif piece:
                yield nodes.Output(piece, lineno=line)

    def _either(self, sentence: Sentence, line: int) -> nodes.Node:
        self.note(sentence.pattern)
        tags = nodes.Dict(
            [
                nodes.Pair(nodes.Const(name), nodes.List([_safe(each) for each in parts]))
                for name, parts in sentence.tags.items()
            ],
            lineno=line,
        )
        values = _dict(sentence.values, line)
        english = _call(IN_ENGLISH, line, nodes.Const(sentence.pattern), values, tags)
        test = _call(ENGLISH_NOW, line)
        japanese = nodes.Output(sentence.original, lineno=line)
        return nodes.If(test, [nodes.Output([english], lineno=line)], [], [japanese], lineno=line)


def _safe(part: nodes.Expr) -> nodes.Expr:
    data = part.data if isinstance(part, nodes.TemplateData) else None
    return part if data is None else nodes.MarkSafe(nodes.Const(data))


def _dict(values: dict[str, nodes.Expr], line: int) -> nodes.Dict:
    return nodes.Dict(
        [nodes.Pair(nodes.Const(name), value) for name, value in values.items()], lineno=line
    )


def _call(name: str, line: int, *args: nodes.Expr) -> nodes.Call:
    target = nodes.Name(name, "load", lineno=line)
    call = nodes.Call(target, list(args), [], None, None, lineno=line)
    call.set_lineno(line)
    return call
