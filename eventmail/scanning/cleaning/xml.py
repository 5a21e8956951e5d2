"""XML that is changed and written again with every prefix and declaration as it was.

Office names namespaces by their prefix in attributes (``mc:Ignorable``), so a writer that renames
prefixes or drops unused ones makes a file that Office calls damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias
from xml.dom import Node
from xml.dom.minidom import Element as _Element
from xml.sax.saxutils import escape

from defusedxml import minidom

# The standard library's trees have no types worth their name.
Document: TypeAlias = Any
Element: TypeAlias = Any

LARGEST = 24 * 1024 * 1024
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT = {"\r": "&#13;"}
_ATTRIBUTE = {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def parsed(content: bytes) -> Document:
    """The document. Raises what the parser raises, and ``MemoryError`` for a very large one."""
    if len(content) > LARGEST:
        raise MemoryError
    found: Document = minidom.parseString(content, forbid_dtd=True)  # type: ignore[arg-type]
    return found


def written(document: Document) -> bytes:
    """The document's bytes."""
    pieces: list[str] = []
    for node in document.childNodes:
        _write(node, pieces)
    return (_HEAD + "".join(pieces)).encode("utf-8")


def _write(node: Any, pieces: list[str]) -> None:
    if node.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
        pieces.append(escape(node.data, _TEXT))
    elif isinstance(node, _Element):
        told = "".join(
            f' {name}="{escape(value, _ATTRIBUTE)}"' for name, value in node.attributes.items()
        )
        if not node.childNodes:
            pieces.append(f"<{node.tagName}{told}/>")
            return
        pieces.append(f"<{node.tagName}{told}>")
        for each in node.childNodes:
            _write(each, pieces)
        pieces.append(f"</{node.tagName}>")


def every(node: Element, *names: str) -> list[Element]:
    """All elements of those local names below, in their order."""
    wanted = frozenset(names)
    return [each for each in _below(node) if each.localName in wanted]


def _below(node: Element) -> Iterator[Element]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, _Element) and each is not node:
            yield each
        waiting += [e for e in reversed(each.childNodes) if isinstance(e, _Element)]


def children(node: Element, *names: str) -> list[Element]:
    """The elements of those local names right below; all of them without names."""
    return [
        each
        for each in node.childNodes
        if isinstance(each, _Element) and (not names or each.localName in names)
    ]


def child(node: Element, *path: str) -> Element | None:
    """The first child of that local name, and its child in turn."""
    found = node
    for name in path:
        if found is None:
            return None
        found = next(iter(children(found, name)), None)
    return found


def get(element: Element, name: str, default: str = "") -> str:
    """An attribute by its local name."""
    for key, value in element.attributes.items():
        if key.rpartition(":")[2] == name and not key.startswith("xmlns"):
            return str(value)
    return default


def relation_id(element: Element) -> str:
    """The relation that an element names (``r:id``), and not an id of its own."""
    found = (v for k, v in element.attributes.items() if ":" in k and k.endswith((":id", ":embed")))
    return next((str(each) for each in found), "")


def set_to(element: Element, name: str, value: str | None) -> None:
    """Set an attribute by its local name, or take it away."""
    key = next((k for k in element.attributes.keys() if k.rpartition(":")[2] == name), name)  # noqa: SIM118
    if value is None:
        if element.hasAttribute(key):
            element.removeAttribute(key)
    else:
        element.setAttribute(key, value)


def text_of(element: Element) -> str:
    """All text below."""
    if not isinstance(element, _Element):
        return ""
    pieces = []
    for each in element.childNodes:
        if each.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
            pieces.append(each.data)
        else:
            pieces.append(text_of(each))
    return "".join(pieces)


def set_text(element: Element, text: str) -> None:
    """Put one text in the place of everything below."""
    for each in list(element.childNodes):
        element.removeChild(each)
    element.appendChild(element.ownerDocument.createTextNode(text))


def remove(node: Element) -> None:
    """Take an element out."""
    if node.parentNode is not None:
        node.parentNode.removeChild(node)


def unwrap(element: Element) -> None:
    """Take an element out and leave in its place what was in it."""
    parent = element.parentNode
    if parent is None:
        return
    for each in list(element.childNodes):
        parent.insertBefore(each, element)
    parent.removeChild(element)


def above(element: Element, *names: str) -> Element | None:
    """The nearest element of those local names around."""
    found = element.parentNode
    while isinstance(found, _Element) and found.localName not in names:
        found = found.parentNode
    return found if isinstance(found, _Element) else None
