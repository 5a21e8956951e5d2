"""Whether an Office file hangs together: what Office asks before it calls a file damaged."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.etree import ElementTree

_PREFIX = re.compile(rb'Ignorable="([^"]*)"')


def faults(content: bytes) -> list[str]:
    """Every part well-formed, every relation led somewhere, every type told of a part."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for name in names:
            if name.endswith((".xml", ".rels", ".vml")):
                told = archive.read(name)
                ElementTree.fromstring(told)
                found += _prefixes(name, told)
        for name in names:
            if name.endswith(".rels"):
                found += _relations(name, archive.read(name), names)
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
        for each in types:
            part = each.get("PartName", "").lstrip("/")
            if part and part not in names:
                found.append(f"a type of {part}, which is not there")
    if names[0] != "[Content_Types].xml":
        found.append("the types do not come first")
    return found


def _prefixes(name: str, told: bytes) -> list[str]:
    wanted = {p for each in _PREFIX.findall(told) for p in each.decode().split()}
    return [f"{name}: no {p}" for p in wanted if f"xmlns:{p}=".encode() not in told]


def _relations(name: str, told: bytes, names: list[str]) -> list[str]:
    folder, own = posixpath.split(name)
    base = posixpath.dirname(folder)
    source = posixpath.join(base, own.removesuffix(".rels"))
    found = [f"{name} without its part"] if source and source not in names else []
    for each in ElementTree.fromstring(told):
        if each.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", base, each.get("Target", "")))
        if target.lstrip("/") not in names:
            found.append(f"{name}: {target} is not there")
    return found
