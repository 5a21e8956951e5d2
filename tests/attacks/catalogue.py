"""All attacks we know, family by family. One more is one more line in its family's table."""

from __future__ import annotations

from tests.attacks import letter_text, spreadsheet_cell
from tests.attacks.arena import Attack

CATALOGUE: tuple[Attack, ...] = (
    *spreadsheet_cell.ATTACKS,
    *letter_text.ATTACKS,
)
