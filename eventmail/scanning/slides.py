"""What a presentation says and hides: hidden slides, notes, comments, shapes beside the slide."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from eventmail.language import said
from eventmail.scanning.inventory import Inventory
from eventmail.scanning.office import shapes_text
from eventmail.scanning.package import Package, child, every, get, local
from eventmail.scanning.report import Trace

_OFF = ("0", "false")
_ON = ("1", "true")
_MACHINE_MADE = ("sldNum", "dt", "hdr", "ftr", "sldImg")  # placeholders that nobody types into
_SHAPES = ("sp", "graphicFrame", "pic", "cxnSp")


def look_into_slides(package: Package, found: Inventory) -> int:
    """Note what the presentation says and hides; returns how many slides it has."""
    main = package.main() or "ppt/presentation.xml"
    root = package.tree(main)
    if root is None:
        raise ValueError("no presentation")
    relations = {each.id: each.target for each in package.relations(main)}
    listed = [relations.get(_relation_id(each), "") for each in every(root, "sldId")]
    slides = [each for each in listed if package.has(each)]
    edges = _size(root)
    for number, part in enumerate(slides, 1):
        _slide(package, part, number, edges, found)
    for part in package.names:
        if _is_slide(part) and part not in slides:
            _orphan(package, part, found)
    return len(slides)


def _relation_id(element: Element) -> str:
    return next((v for k, v in element.attrib.items() if k != "id" and local(k) == "id"), "")


def _size(root: Element) -> tuple[int, int]:
    size = child(root, "sldSz")
    return (int(get(size, "cx", "0")), int(get(size, "cy", "0"))) if size is not None else (0, 0)


def _is_slide(part: str) -> bool:
    return part.startswith("ppt/slides/") and part.endswith(".xml")


def _slide(
    package: Package, part: str, number: int, edges: tuple[int, int], found: Inventory
) -> None:
    root = package.tree(part)
    if root is None:
        return
    title = said("{number}枚目のスライド", number=number)
    text = "\n".join(shapes_text(root))
    hidden = get(root, "show", "1") in _OFF
    found.say(said("非表示の{title_said}", title_said=title) if hidden else title, text, title)
    if hidden:
        found.hide(Trace.HIDDEN_SLIDE, title, text)
    tree = child(root, "cSld", "spTree")
    at_the_top = set(tree) if tree is not None else set()
    for shape in every(root, *_SHAPES):
        # What is in a group counts from the group's own corner.
        _shape(shape, title, edges if shape in at_the_top else (0, 0), found)
    for each in package.relations(part):
        if not each.external and package.has(each.target):
            _beside(package, each.kind, each.target, title, found)


def _shape(shape: Element, title: str, edges: tuple[int, int], found: Inventory) -> None:
    text = "\n".join(shapes_text(shape))
    about = next(every(shape, "cNvPr"), None)
    if not text or about is None:
        return
    if get(about, "hidden", "0") in _ON:
        found.hide(
            Trace.HIDDEN_TEXT,
            said("{title_said}の非表示の図形「{name}」", title_said=title, name=get(about, "name")),
            text,
        )
    elif _is_outside(shape, edges):
        found.hide(
            Trace.HIDDEN_TEXT,
            said("{title_said}の枠の外の図形「{name}」", title_said=title, name=get(about, "name")),
            text,
        )


def _is_outside(shape: Element, edges: tuple[int, int]) -> bool:
    """Whether nothing of it lies on the slide."""
    place, size = next(every(shape, "off"), None), next(every(shape, "ext"), None)
    if place is None or size is None or not all(edges) or not get(size, "cx"):
        return False
    left, top = int(get(place, "x", "0")), int(get(place, "y", "0"))
    right, bottom = left + int(get(size, "cx", "0")), top + int(get(size, "cy", "0"))
    return right <= 0 or bottom <= 0 or left >= edges[0] or top >= edges[1]


def _beside(package: Package, kind: str, part: str, title: str, found: Inventory) -> None:
    root = package.tree(part) if package.is_xml(part) else None
    if root is None:
        return
    if kind == "notesSlide":
        text = notes_text(root)
        if text:
            found.hide(Trace.NOTES, said("{title_said}のノート", title_said=title), text)
            found.say(said("{title_said}のノート", title_said=title), text, title)
    elif kind == "comments":
        _comments(root, title, found)
    elif kind in ("chart", "diagramData"):
        found.say(said("{title_said}の図形", title_said=title), " ".join(shapes_text(root)), title)


def notes_text(root: Element) -> str:
    """What somebody wrote into the notes, without slide number and date."""
    lines: list[str] = []
    for shape in every(root, "sp"):
        place = next(every(shape, "ph"), None)
        if place is None or get(place, "type") not in _MACHINE_MADE:
            lines += shapes_text(shape)
    return "\n".join(lines)


def _comments(root: Element, title: str, found: Inventory) -> None:
    for each in every(root, "cm", "reply"):
        told = [e.text or "" for e in every(each, "text")] or shapes_text(each)
        text = " ".join(told).strip()
        if text:
            found.hide(Trace.COMMENT, said("{title_said}のコメント", title_said=title), text)
            found.say(said("{title_said}のコメント", title_said=title), text, title)


def _orphan(package: Package, part: str, found: Inventory) -> None:
    """A slide that no list names is shown by no program, and goes along."""
    root = package.tree(part)
    text = "\n".join(shapes_text(root)) if root is not None else ""
    if text:
        name = part.rpartition("/")[2]
        found.hide(Trace.HIDDEN_SLIDE, said("使われていないスライド「{name}」", name=name), text)
        found.say(said("使われていないスライド「{name}」", name=name), text)
