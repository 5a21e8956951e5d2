"""A presentation without hidden slides, notes, comments and shapes that nobody sees."""

from __future__ import annotations

from eventmail.language import said
from eventmail.scanning.cleaning import xml
from eventmail.scanning.cleaning.common import cut_local_links
from eventmail.scanning.cleaning.copy import Copy

_ON, _OFF = ("1", "true"), ("0", "false")
_SHAPES = ("sp", "graphicFrame", "pic", "cxnSp", "grpSp")
_LINKS = ("hlinkClick", "hlinkHover", "hlinkMouseOver")


def clean_slides(copy: Copy) -> list[str]:
    """Take out what the presentation hides; returns what a person should know of it."""
    main = copy.main()
    root = copy.tree(main).documentElement
    slides = {
        each.getAttribute("Id"): copy.target(main, each)
        for each in copy.relations(main)
        if each.getAttribute("Type").endswith("/slide")
    }
    listed = {xml.relation_id(each) for each in _listed(root)}
    hidden = {
        name
        for name, part in slides.items()
        if copy.has(part) and (_is_hidden(copy, part) or name not in listed)
    }
    gone = {slides[name] for name in hidden}
    _forget(copy, main, hidden)
    edges = _size(root)
    still = 0
    for name, part in slides.items():
        if name not in hidden and copy.has(part):
            still += _Slide(copy, part, edges).clean(gone)
    copy.cut(main, "commentAuthors", "authors")
    return [said("スライド{count}枚のアニメーションを外しました", count=still)] if still else []


def _listed(root: xml.Element) -> list[xml.Element]:
    return [each for found in xml.children(root, "sldIdLst") for each in xml.children(found)]


def _is_hidden(copy: Copy, part: str) -> bool:
    return xml.get(copy.tree(part).documentElement, "show", "1") in _OFF


def _size(root: xml.Element) -> tuple[int, int]:
    size = xml.child(root, "sldSz")
    return (int(xml.get(size, "cx", "0")), int(xml.get(size, "cy", "0"))) if size else (0, 0)


def _forget(copy: Copy, main: str, hidden: set[str]) -> None:
    """Take slides out of the list, of the sections and of the custom shows."""
    root = copy.tree(main).documentElement
    numbers = set()
    for each in xml.every(root, "sldId", "sld"):
        if xml.relation_id(each) in hidden:
            numbers.add(each.getAttribute("id"))
            xml.remove(each)
    for each in xml.every(root, "sldId"):
        if xml.above(each, "sectionLst") is not None and each.getAttribute("id") in numbers:
            xml.remove(each)
    copy.cut_those(main, [r for r in copy.relations(main) if r.getAttribute("Id") in hidden])


class _Slide:
    """One slide that is shown."""

    def __init__(self, copy: Copy, part: str, edges: tuple[int, int]) -> None:
        self._copy, self._part, self._edges = copy, part, edges
        self._root = copy.tree(part).documentElement

    def clean(self, gone: set[str]) -> bool:
        """Take out notes, comments and unseen shapes; whether animations had to go with them."""
        copy, part = self._copy, self._part
        copy.cut(part, "notesSlide", "comments", "tags")
        for each in xml.every(self._root, "custDataLst"):
            xml.remove(each)
        lost = [each for each in copy.relations(part) if copy.target(part, each) in gone]
        ids = cut_local_links(copy, part) | copy.cut_those(part, lost)
        for each in xml.every(self._root, *_LINKS):
            if xml.relation_id(each) in ids:
                xml.remove(each)
        return self._drop_shapes()

    def _drop_shapes(self) -> bool:
        names = set()
        for shape in xml.every(self._root, *_SHAPES):
            about = next(iter(xml.every(shape, "cNvPr")), None)
            if about is not None and self._is_unseen(shape, about):
                names |= {each.getAttribute("id") for each in xml.every(shape, "cNvPr")}
                xml.remove(shape)
        timed = {each.getAttribute("spid") for each in xml.every(self._root, "spTgt")}
        if not names & timed:
            return False
        for each in xml.children(self._root, "timing"):
            xml.remove(each)
        return True

    def _is_unseen(self, shape: xml.Element, about: xml.Element) -> bool:
        if xml.get(about, "hidden", "0") in _ON:
            return True
        at_the_top = shape.parentNode.localName == "spTree"
        says = any(xml.text_of(each).strip() for each in xml.every(shape, "t"))
        return at_the_top and says and self._is_outside(shape)

    def _is_outside(self, shape: xml.Element) -> bool:
        place = next(iter(xml.every(shape, "off")), None)
        size = next((e for e in xml.every(shape, "ext") if e.hasAttribute("cx")), None)
        if place is None or size is None or not all(self._edges):
            return False
        left, top = int(place.getAttribute("x")), int(place.getAttribute("y"))
        right, bottom = left + int(size.getAttribute("cx")), top + int(size.getAttribute("cy"))
        return right <= 0 or bottom <= 0 or left >= self._edges[0] or top >= self._edges[1]
