"""The table of contents of a compound file (OLE): xls, doc, ppt, msg and encrypted Office files.

Only the names at the top count: a workbook may carry a Word document inside, and the other way
round. Every chain is followed once and never in a circle.
"""

from __future__ import annotations

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NONE = 0xFFFFFFFF
_LAST_SECTOR = 0xFFFFFFFA  # what is above names no sector
_ENTRY = 128


def top_names(content: bytes) -> frozenset[str]:
    """The names of the streams and folders at the top. Raises ``ValueError`` if it is broken."""
    try:
        entries = _entries(content)
        return frozenset(_siblings(entries, _child_of_root(entries[0])))
    except (struct.error, IndexError) as error:
        raise ValueError("broken compound file") from error


def _entries(content: bytes) -> list[bytes]:
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if size not in (512, 4096):
        raise ValueError(size)
    table = _sector_table(content, size)
    (sector,) = struct.unpack_from("<I", content, 48)
    found, seen = [], set[int]()
    while sector < _LAST_SECTOR and sector not in seen:
        seen.add(sector)
        piece = content[(sector + 1) * size : (sector + 2) * size]
        found += [piece[at : at + _ENTRY] for at in range(0, len(piece), _ENTRY)]
        sector = table[sector]
    return found


def _sector_table(content: bytes, size: int) -> list[int]:
    """For each sector the next one of its chain."""
    sectors = list(struct.unpack_from("<109I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    seen = set[int]()
    while more < _LAST_SECTOR and more not in seen:
        seen.add(more)
        *further, more = struct.unpack_from(f"<{size // 4}I", content, (more + 1) * size)
        sectors += further
    table: list[int] = []
    for sector in dict.fromkeys(each for each in sectors if each < _LAST_SECTOR):
        piece = content[(sector + 1) * size : (sector + 2) * size]
        table += struct.unpack(f"<{len(piece) // 4}I", piece[: len(piece) // 4 * 4])
    return table


def _child_of_root(root: bytes) -> int:
    return int(struct.unpack_from("<I", root, 76)[0])


def _siblings(entries: list[bytes], first: int) -> list[str]:
    found, seen, waiting = [], set[int](), [first]
    while waiting:
        index = waiting.pop()
        if index == _NONE or index in seen:
            continue
        seen.add(index)
        length, _, _, left, right = struct.unpack_from("<HBBII", entries[index], 64)
        name = entries[index][: max(0, min(length - 2, 62))]
        found.append(name.decode("utf-16-le", "replace"))
        waiting += [left, right]
    return found
