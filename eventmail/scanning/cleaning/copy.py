"""An Office file in the making: parts are changed or cut off, and what nobody refers to goes."""

from __future__ import annotations

import io
import posixpath
import zipfile

from eventmail.scanning.cleaning import xml
from eventmail.scanning.cleaning.xml import Document, Element
from eventmail.scanning.package import key

TYPES = "[Content_Types].xml"
_THEN = (1980, 1, 1, 0, 0, 0)  # no time of its own: it would be one more property


class Copy:
    """The parts under their own names, and which of them have changed."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self._parts = {each: archive.read(each) for each in archive.namelist()}
        self._names = {key(each): each for each in self._parts}
        self._trees: dict[str, Document] = {}

    @property
    def names(self) -> list[str]:
        """The parts' names for comparing."""
        return list(self._names)

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return key(part) in self._names

    def read(self, part: str) -> bytes:
        """A part's bytes as they were."""
        return self._parts[self._names[key(part)]]

    def put(self, part: str, content: bytes) -> None:
        """Other bytes for a part that is there."""
        self._parts[self._names[key(part)]] = content

    def tree(self, part: str) -> Document:
        """A part as a tree that will be written as it then is."""
        name = self._names[key(part)]
        if name not in self._trees:
            self._trees[name] = xml.parsed(self._parts[name])
        return self._trees[name]

    def relations(self, part: str = "") -> list[Element]:
        """The relations of a part; of the whole file without one."""
        source = _relations_of(part)
        return xml.children(self.tree(source).documentElement) if self.has(source) else []

    def target(self, part: str, relation: Element) -> str:
        """The part that a relation leads to; empty if it leads outside."""
        if relation.getAttribute("TargetMode") == "External":
            return ""
        folder = posixpath.dirname(key(part))
        target = relation.getAttribute("Target").replace("\\", "/")
        return key(posixpath.normpath(posixpath.join("/", folder, target)))

    def related(self, part: str, *kinds: str) -> list[str]:
        """The parts of those kinds that a part leads to."""
        found = (self.target(part, r) for r in self.relations(part) if kind_of(r) in kinds)
        return [each for each in found if each and self.has(each)]

    def cut(self, part: str, *kinds: str) -> set[str]:
        """Take away a part's relations of those kinds; returns their ids."""
        return self.cut_those(part, [r for r in self.relations(part) if kind_of(r) in kinds])

    def cut_those(self, part: str, relations: list[Element]) -> set[str]:
        """Take away some of a part's relations; returns their ids."""
        for each in relations:
            xml.remove(each)
        return {each.getAttribute("Id") for each in relations}

    def main(self) -> str:
        """The part that the file is about."""
        return next(iter(self.related("", "officeDocument")), "")

    def written(self) -> bytes:
        """The file, without the parts that nothing leads to."""
        for name, tree in self._trees.items():
            self._parts[name] = xml.written(tree)
        kept = self._reachable()
        self._declare(kept)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(kept, key=lambda each: each != TYPES):
                entry = zipfile.ZipInfo(name, _THEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, self._parts[name])
        return target.getvalue()

    def _reachable(self) -> list[str]:
        seen: set[str] = {key(TYPES)}
        waiting = [""]
        while waiting:
            part = waiting.pop()
            seen |= {key(part), key(_relations_of(part))}
            targets = (self.target(part, each) for each in self.relations(part))
            waiting += [each for each in targets if each and self.has(each) and each not in seen]
        return [name for name in self._parts if key(name) in seen]

    def _declare(self, kept: list[str]) -> None:
        """The list of content types names no part that is gone."""
        names = {key(each) for each in kept}
        types = xml.parsed(self._parts[TYPES])
        for each in xml.every(types, "Override"):
            if key(each.getAttribute("PartName")) not in names:
                xml.remove(each)
        self._parts[TYPES] = xml.written(types)


def kind_of(relation: Element) -> str:
    """The last word of a relation's type."""
    return str(relation.getAttribute("Type")).rpartition("/")[2]


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
