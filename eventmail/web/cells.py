"""A cell of a table, written by Python: lists have hundreds, and a macro is four times as slow.

``templates/components.html`` gives it to the pages beside the macros, as ``cell``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from eventmail.language import said, told

ACT = said("操作")  # the cell with what can be done is not printed


def attach(app: Flask) -> None:
    """Make it known to all templates."""
    app.jinja_env.globals["written_cell"] = cell


def cell(
    label: str, value: object = "", kind: str = "text", caller: Callable[[], str] | None = None
) -> Markup:
    """A cell of the column ``label``; kind: text, num (right-aligned), head (names the row), act.

    Its content is ``value``, or what stands within ``{% call %}``.
    """
    if label == ACT:
        kind = "act"
    body = escape(told(value) if caller is None else caller())
    parts = (_opening(str.__str__(told(label)), kind), body, _closing(kind))
    return Markup("".join(parts))  # noqa: S704 - each is escaped; markup adds up slowly


@lru_cache(maxsize=1000)
def _opening(label: str, kind: str) -> str:
    element = '<th scope="row"' if kind == "head" else "<td"
    looks = "" if kind == "text" else f' class="cell-{kind}"'
    return f'{element}{looks} data-label="{escape(label)}"><div class="cell-value">'


def _closing(kind: str) -> str:
    return "</div></th>" if kind == "head" else "</div></td>"
