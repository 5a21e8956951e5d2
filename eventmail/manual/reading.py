"""Chapters of the manual, from Markdown to HTML.

Chapters are ours and shipped with the service. Raw HTML in them is shown as text all the same.
A heading names its anchor: ``## 名簿を取り込む {#import}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

from eventmail.files import MANUAL

PICTURES = MANUAL / "images"
# In the order of the contents.
CHAPTERS = (
    *("start", "author", "checker", "approver", "manager"),
    *("incident", "training", "administrator", "bureau"),
)
_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a chapter that can be led to."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: its title, its HTML without the title, its sections."""

    key: str
    title: str
    html: str
    sections: tuple[Section, ...]


@lru_cache(maxsize=1)
def chapters() -> Mapping[str, Chapter]:
    """All chapters by their keys, read once."""
    return {key: read(key, (MANUAL / f"{key}.md").read_text("utf-8")) for key in CHAPTERS}


@lru_cache(maxsize=1)
def pictures() -> Mapping[str, bytes]:
    """The chapters' pictures by their names, read once."""
    return {path.name: path.read_bytes() for path in PICTURES.glob("*.png")}


def read(key: str, text: str) -> Chapter:
    """The chapter of a Markdown text; its first line is the title (``# …``).

    Raises :class:`ValueError` for a text without a title.
    """
    first, _, rest = text.partition("\n")
    if not first.startswith("# "):
        raise ValueError(f"{key}: a chapter begins with its title")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(rest)
    sections = [found for at in range(len(tokens)) if (found := _name_heading(tokens, at))]
    for token in tokens:
        _measure_pictures(token)
    html = str(reader.renderer.render(tokens, reader.options, {}))
    return Chapter(key, first[2:].strip(), html, tuple(sections))


def _name_heading(tokens: list[Token], at: int) -> Section | None:
    """Give a heading its anchor as an id."""
    if tokens[at].type != "heading_open":
        return None
    words = tokens[at + 1]
    found = _ANCHOR.search(words.content)
    if not found or not words.children:
        return None
    last = words.children[-1]
    last.content = _ANCHOR.sub("", last.content)
    tokens[at].attrSet("id", found.group(1))
    return Section(found.group(1), _ANCHOR.sub("", words.content))


def _measure_pictures(token: Token) -> None:
    """Pictures come when they are looked at, and the page keeps their places."""
    for each in token.children or ():
        if each.type != "image":
            continue
        name = str(each.attrGet("src") or "")
        with Image.open(MANUAL / name) as picture:
            width, height = picture.size
        each.attrSet("src", f"/manual/{name}")
        each.attrSet("width", str(width))
        each.attrSet("height", str(height))
        each.attrSet("loading", "lazy")
