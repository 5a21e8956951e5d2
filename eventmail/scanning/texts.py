"""Plain texts and tables, in passages of some lines."""

from __future__ import annotations

from eventmail.scanning.inventory import Inventory, numbers
from eventmail.spreadsheet.encodings import decode

LINES = 20


def look_into_text(content: bytes, found: Inventory) -> None:
    """Note what the file says. Raises ``UnreadableFile`` if it is no text that we can read."""
    text, _ = decode(content)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for start in range(0, len(lines), LINES):
        piece = lines[start : start + LINES]
        (where,) = numbers(list(range(start + 1, start + len(piece) + 1)), "行目")
        found.say(where, "\n".join(piece))
