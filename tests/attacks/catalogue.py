"""All attacks we know, family by family. One more is one more line in its family's table."""

from __future__ import annotations

from tests.attacks import (
    attachment_content,
    configuration,
    direct_sql,
    file_name,
    forged_snapshot,
    letter_text,
    merge_value,
    spreadsheet_cell,
)
from tests.attacks.arena import Attack

CATALOGUE: tuple[Attack, ...] = (
    *spreadsheet_cell.ATTACKS,
    *letter_text.ATTACKS,
    *merge_value.ATTACKS,
    *file_name.ATTACKS,
    *attachment_content.ATTACKS,
    *direct_sql.ATTACKS,
    *forged_snapshot.ATTACKS,
    *configuration.ATTACKS,
)
