"""Of an office's notes a participant reads his booth and his time, and nothing else."""

from __future__ import annotations

import pytest

from eventmail.events.models import Contact
from eventmail.own_page.service import own_place

SHOWN: dict[str, list[str]] = {
    "ブース12番": ["ブース12番"],
    "ブース番号：Ａ-3": ["ブース番号:A-3"],
    "Bコーナー、面談は10:30〜11:00": ["Bコーナー", "面談は10:30〜11:00"],
    "受付 午後1時30分から / 前回は欠席": ["受付 午後1時30分から"],
    "3番": ["3番"],
    "": [],
}
KEPT_BACK = (
    "ブース5番（みなと電機の隣を希望）",
    "前回ブースで苦情あり",
    "ブースの件で要注意",
    "13:00に森部長へ電話",
    "3番号札の会社と仲が悪い",
    "ブース 090-1234-5678",
    "ブースA tanto@example.jp",
    "受付",
    "10",
)


@pytest.mark.parametrize("notes", SHOWN)
def test_his_booth_and_time_are_shown(notes: str) -> None:
    assert own_place(Contact(notes=notes)) == SHOWN[notes]


@pytest.mark.parametrize("notes", KEPT_BACK)
def test_what_else_was_noted_is_not(notes: str) -> None:
    """Of this company or of another."""
    assert own_place(Contact(notes=notes)) == []
