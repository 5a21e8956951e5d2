"""What the page of an import at work says: each stage in words, and a bar only where rows count."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventmail.roster.models import ImportState, RosterImport
from eventmail.roster.views.uploading import TOLD, WORK, Stage, progress_of, stage

S = ImportState
TAKEN = datetime(2026, 12, 1, tzinfo=UTC)
CASES: dict[str, tuple[S, datetime | None, int, int, Stage]] = {
    "nobody has taken it": (S.READING, None, 0, 0, Stage.WAITING),
    "the file is being opened": (S.READING, TAKEN, 0, 0, Stage.OPENING),
    "rows are read": (S.READING, TAKEN, 3000, 10_000, Stage.READING),
    "compared": (S.PLANNING, TAKEN, 10_000, 10_000, Stage.PLANNING),
    "confirmed, and nobody has taken it": (S.APPLYING, None, 10_000, 10_000, Stage.WAITING),
    "written": (S.APPLYING, TAKEN, 10_000, 10_000, Stage.APPLYING),
    "waits for a person": (S.PENDING, None, 10_000, 10_000, Stage.OVER),
    "done": (S.APPLIED, None, 10_000, 10_000, Stage.OVER),
    "cannot be read": (S.FAILED, None, 0, 0, Stage.OVER),
}


@pytest.mark.parametrize("case", CASES)
def test_each_stage_has_its_words(case: str) -> None:
    state, lease, done, total, expected = CASES[case]
    found = RosterImport(state=state, lease=lease, done=done, total=total)
    assert stage(found) is expected
    assert progress_of(found) == TOLD[expected].format(done=done, total=total)


def test_no_stage_and_no_work_is_without_words() -> None:
    assert set(TOLD) == set(Stage)
    assert set(WORK) == {S.READING, S.PLANNING, S.APPLYING}
