"""Writes a .msg as Outlook saves it, as small as the format allows (MS-CFB, MS-OXMSG)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

SECTOR, SMALL, END, FREE, FAT = 512, 64, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
PLACES = {"to": 1, "cc": 2, "bcc": 3}


@dataclass
class Folder:
    """Streams and folders by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)


def text(name: str, value: str) -> tuple[str, bytes]:
    return f"__substg1.0_{name}001F", value.encode("utf-16-le")


def fixed(head: int, *values: tuple[int, int]) -> bytes:
    """The table of properties that have one size."""
    return bytes(head) + b"".join(struct.pack("<IIQ", tag, 6, value) for tag, value in values)


def recipient(place: str, smtp: str = "", name: str = "", address: str = "") -> Folder:
    given = {"39FE": smtp, "3001": name, "3003": address or smtp}
    streams = dict(text(key, value) for key, value in given.items() if value)
    streams["__properties_version1.0"] = fixed(8, (0x0C150003, PLACES[place]))
    return Folder(streams)


def msg(
    recipients: list[Folder],
    subject: str = "",
    sender: str = "",
    sent_at: datetime | None = None,
    head: str = "",
) -> bytes:
    ticks = int((sent_at - EPOCH).total_seconds()) * 10_000_000 if sent_at else 0
    streams = dict(
        text(name, value)
        for name, value in {"0037": subject, "5D01": sender, "007D": head}.items()
        if value
    )
    streams["__properties_version1.0"] = fixed(32, (0x00390040, ticks))
    folders = {f"__recip_version1.0_#{n:08X}": each for n, each in enumerate(recipients)}
    return _file(Folder(streams, folders))


def _file(root: Folder) -> bytes:
    entries: list[list[object]] = [["Root Entry", 5, FREE, FREE, FREE, 0, 0]]
    mini = bytearray()
    chain: list[int] = []

    def put(name: str, content: bytes) -> list[object]:
        start = len(mini) // SMALL if content else END
        mini.extend(content + bytes(-len(content) % SMALL))
        last = len(mini) // SMALL
        chain.extend(range(len(chain) + 1, last))
        if content:
            chain.append(END)
        return [name, 2, FREE, FREE, FREE, start, len(content)]

    def fill(folder: Folder, owner: int) -> None:
        made = [(name, put(name, content)) for name, content in folder.streams.items()]
        made += [(name, [name, 1, FREE, FREE, FREE, 0, 0]) for name in folder.folders]
        # A chain to the right is a tree, too, if it is in the format's order.
        made.sort(key=lambda each: (len(each[0]), each[0].upper()))
        first = len(entries)
        entries.extend(entry for _, entry in made)
        for at in range(first, len(entries) - 1):
            entries[at][3] = at + 1
        if made:
            entries[owner][4] = first
        for at in range(first, first + len(made)):
            if entries[at][1] == 1:
                fill(folder.folders[str(entries[at][0])], at)

    fill(root, 0)
    per = SECTOR // 4
    folder_sectors = -(-len(entries) * 128 // SECTOR)
    mini_sectors = -(-len(mini) // SECTOR)
    minifat_sectors = -(-len(chain) // per)
    others = folder_sectors + mini_sectors + minifat_sectors
    fat_sectors = 1
    while fat_sectors * per < others + fat_sectors:
        fat_sectors += 1
    table = [FAT] * fat_sectors
    for size in (folder_sectors, minifat_sectors, mini_sectors):
        start = len(table)
        table += [*range(start + 1, start + size), END] if size else []
    table += [FREE] * (fat_sectors * per - len(table))
    first_folder = fat_sectors
    first_minifat = first_folder + folder_sectors
    first_mini = first_minifat + minifat_sectors
    entries[0][5], entries[0][6] = first_mini, len(mini)
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6),
        *(0, fat_sectors, first_folder, 0, 4096, first_minifat, minifat_sectors, END, 0),
    )
    difat = [*range(fat_sectors), *([FREE] * (109 - fat_sectors))]
    body = struct.pack("<109I", *difat) + struct.pack(f"<{len(table)}I", *table)
    body += b"".join(map(_entry, entries)) + bytes(-len(entries) * 128 % SECTOR)
    body += struct.pack(f"<{len(chain)}I", *chain) + b"\xff" * (-len(chain) * 4 % SECTOR)
    return head + body + bytes(mini) + bytes(-len(mini) % SECTOR)


def _entry(told: list[object]) -> bytes:
    name, kind, left, right, child, start, size = told
    coded = str(name).encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        *(coded, len(coded), kind, 1, left, right, child, bytes(16), 0, 0, 0, start, size),
    )
