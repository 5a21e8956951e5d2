"""An Office file as what it is: an archive of XML parts that refer to each other."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

LARGEST_TREE = 40 * 1024 * 1024  # of XML that is held as a tree
MAIN = "officeDocument"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class Relation:
    """One part that another refers to; ``kind`` is the last word of its type.

    ``target`` is the part's name in the archive, or what stands there if ``external``.
    """

    id: str
    kind: str
    target: str
    external: bool = False


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition("}")[2]


def get(element: Element, name: str, default: str = "") -> str:
    """An attribute by its local name."""
    found = element.attrib.get(name)
    if found is not None:
        return found
    return next((v for k, v in element.attrib.items() if local(k) == name), default)


def every(root: Element, *names: str) -> Iterator[Element]:
    """All elements of those local names below, in their order."""
    wanted = frozenset(names)
    return (each for each in root.iter() if local(each.tag) in wanted)


def child(element: Element, *path: str) -> Element | None:
    """The first child of that local name, and its child in turn."""
    found: Element | None = element
    for name in path:
        if found is None:
            return None
        found = next((each for each in found if local(each.tag) == name), None)
    return found


def is_on(element: Element | None) -> bool:
    """Whether a switch such as ``<w:vanish/>`` is there and on."""
    return element is not None and get(element, "val", "1") not in ("0", "false", "off")


def all_text(root: Element, *names: str) -> str:
    """The texts of all elements of those names, joined."""
    return "".join(each.text or "" for each in every(root, *names))


class Package:
    """The parts of an Office file, found as Office finds them: whatever the case of the name."""

    def __init__(self, content: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        self._names = {key(each): each for each in self.archive.namelist()}

    @property
    def names(self) -> list[str]:
        """The parts' names without a leading slash."""
        return [each for each in self._names if not each.endswith("/")]

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return key(part) in self._names

    def read(self, part: str) -> bytes:
        """A part's bytes."""
        return self.archive.read(self._names[key(part)])

    def open(self, part: str) -> IO[bytes]:
        """A part as a stream."""
        return self.archive.open(self._names[key(part)])

    def tree(self, part: str) -> Element | None:
        """A part as a tree; None if there is none. Raises what the parser raises."""
        if not self.has(part):
            return None
        content = self.read(part)
        if len(content) > LARGEST_TREE:
            raise MemoryError(part)
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
        return root

    def is_xml(self, part: str) -> bool:
        """Whether it begins like XML, whatever it is called."""
        with self.open(part) as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")

    def relations(self, part: str = "") -> list[Relation]:
        """What a part refers to; the package itself without one."""
        folder, name = posixpath.split(key(part))
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        return [] if root is None else [_relation(each, folder) for each in root]

    def related(self, part: str, kind: str) -> list[str]:
        """The parts of one kind that a part refers to, those that are there."""
        return [r.target for r in self.relations(part) if r.kind == kind and self.has(r.target)]

    def main(self) -> str:
        """The part that the file is about; empty if it has none."""
        return next(iter(self.related("", MAIN)), "")


def _relation(element: Element, folder: str) -> Relation:
    target = get(element, "Target").replace("\\", "/")
    external = get(element, "TargetMode") == "External"
    if external:
        target = get(element, "Target")
    elif not _SCHEME.match(target):
        target = key(posixpath.normpath(posixpath.join("/", folder, target)))
    kind = get(element, "Type").rpartition("/")[2]
    return Relation(get(element, "Id"), kind, target, external)


def key(name: str) -> str:
    """A part's name for comparing."""
    return name.replace("\\", "/").lstrip("/").casefold()
