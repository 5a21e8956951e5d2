"""Plain texts and tables, in passages of some lines."""

from __future__ import annotations

from eventmail.scanning.inventory import Inventory, row_spans
from eventmail.spreadsheet.encodings import decode

LINES = 20


def look_into_text(content: bytes, found: Inventory) -> None:
    """Note what the file says. Raises ``UnreadableFile`` if it is no text that we can read."""
    text, _ = decode(content)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for start in range(0, len(lines), LINES):
        piece = lines[start : start + LINES]
        (where,) = row_spans(list(range(start + 1, start + len(piece) + 1)))
        found.say(where, "\n".join(piece))
