"""Two texts side by side: what is marked, and that nothing of either is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmail.letters.diffing import Row, changes, side_by_side


def marked(rows: list[Row], side: str) -> list[str]:
    """What is marked in the old or the new text."""
    return [piece.text for row in rows for piece in (getattr(row, side) or ()) if piece.changed]


def kinds(rows: list[Row]) -> list[str]:
    return [row.kind for row in rows]


CASES = {
    "nothing changed": ("一行\n二行", "一行\n二行", ["same", "same"], [], []),
    "a word of a line": (
        "開催日は12月9日です",
        "開催日は12月10日です",
        ["changed"],
        ["9"],
        ["10"],
    ),
    "a line more": ("一行\n三行目です", "一行\nまったく別の文\n三行目です",
                    ["same", "added", "same"], [], ["まったく別の文"]),
    "a line less": ("前\n消える行\n後", "前\n後", ["same", "removed", "same"], ["消える行"], []),
    "another line altogether": (
        "会場は市民交流センターです",
        "ABC",
        ["removed", "added"],
        ["会場は市民交流センターです"],
        ["ABC"],
    ),
    "a line before one that changed": (
        "受付は13時からです",
        "お知らせ\n受付は12時からです",
        ["added", "changed"],
        ["13"],
        ["お知らせ", "12"],
    ),
    "from nothing": ("", "一行", ["added"], [], ["一行"]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told", "gone", "come"), CASES.values(), ids=CASES.keys())
def test_words_that_changed_are_marked(
    old: str, new: str, told: list[str], gone: list[str], come: list[str]
) -> None:
    rows = side_by_side(old, new)
    assert kinds(rows) == told
    assert (marked(rows, "old"), marked(rows, "new")) == (gone, come)
    assert changes(rows) == len([each for each in told if each != "same"])


TEXTS = st.text(alphabet="あア亜aA1 　\n。、", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_whole_in_their_order(old: str, new: str) -> None:
    rows = side_by_side(old, new)
    for side, text in (("old", old), ("new", new)):
        lines = [getattr(row, side) for row in rows if getattr(row, side) is not None]
        assert ["".join(piece.text for piece in line) for line in lines] == text.splitlines()


def test_a_letter_of_twenty_thousand_empty_lines_is_compared_all_the_same() -> None:
    rows = side_by_side("\n" * 20_000, "終わり" + "\n" * 20_000)
    assert len(rows) >= 20_000
