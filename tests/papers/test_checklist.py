"""確認用宛先一覧: sheets that are full and no fuller, numbered, counted, and marked 取扱注意."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventmail.papers import checklist
from eventmail.papers.checklist import CARE, SHRED, UNDRAWN, Head, Sheet, drawn, rows_of, sheets
from tests.papers.reading import letters, opened

HEAD = Head("雇用情報交換会", "案件番号1　第1版　指紋 0123", 34, "森下 あかり　令和8年11月26日")


LONG = Head("会" * 200, "案件番号1　第1版", 9, "名" * 100)


def head(total: int) -> Head:
    return replace(HEAD, total=total)


def people(count: int, company: str = "株式会社みなと電機") -> list[tuple[str, ...]]:
    return [
        (f"{company}{n}", "人事課", "係長", "髙﨑 太郎", f"jinji{n}@minato.example")
        for n in range(1, count + 1)
    ]


ROSTERS = {
    "one": people(1),
    "34": people(34),
    "a thousand": people(1000),
    "long cells": [("社" * 200, "課" * 200, "長" * 200, "名" * 200, "a" * 250)] * 9,
    "rare characters": people(3, "𠮷野😀\t家"),
    "empty cells": [("会社", "", "", "", "a@b.example")] * 3,
    "lines in a cell": [("会社\n支店", "", "", "", "a@b.example")],
}


def told(sheet: Sheet, head: Head) -> str:
    cells = "".join(cell for row in sheet.rows for cell in row)
    top = f"{CARE}{checklist.TITLE}{''.join(head.lines)}{''.join(checklist.COLUMNS)}"
    return letters(f"{top}{cells}{sheet.foot}")


@pytest.mark.parametrize("values", ROSTERS.values(), ids=ROSTERS)
def test_every_sheet_says_all_its_rows(values: list[tuple[str, ...]]) -> None:
    top = head(len(values))
    found = sheets(rows_of(values), top)
    document = opened(drawn(top, found))
    assert [letters(page.get_textpage().get_text_range()) for page in document] == [
        told(each, top) for each in found
    ]


@pytest.mark.parametrize("values", ROSTERS.values(), ids=ROSTERS)
def test_rows_are_numbered_through_and_each_stands_once(values: list[tuple[str, ...]]) -> None:
    found = sheets(rows_of(values), head(len(values)))
    numbers = [row[0] for each in found for row in each.rows]
    assert numbers == [f"{n:,}" for n in range(1, len(values) + 1)]
    assert [each.number for each in found] == list(range(1, len(found) + 1))


def test_each_sheet_counts_its_rows_and_all_so_far() -> None:
    first, second = sheets(rows_of(people(34)), HEAD)
    rows = len(first.rows)
    assert first.foot == (
        f"取扱注意　このページ {rows}件（1〜{rows}番）　ここまで {rows}件　全34件　1/2ページ"
    )
    assert f"このページ {34 - rows}件（{rows + 1}〜34番）　ここまで 34件　全34件" in second.foot


def test_every_sheet_is_marked_and_says_who_printed_it_when_and_what_to_do_afterwards() -> None:
    found = sheets(rows_of(people(100)), HEAD)
    assert len(found) > 3
    for page in opened(drawn(HEAD, found)):
        text = page.get_textpage().get_text_range()
        assert text.count(CARE) == 2
        assert SHRED in text
        assert "森下 あかり" in text


def test_nothing_sticks_out_of_a_sheet() -> None:
    """Not even where event and staff have the longest names that there are room for."""
    for sheet in sheets(rows_of(ROSTERS["long cells"]), LONG):
        marks = list(checklist.marks(LONG, sheet))
        boxes = [each for each in marks if isinstance(each, checklist.Box)]
        texts = [each for each in marks if isinstance(each, checklist.Text)]
        assert min(box.y for box in boxes) >= checklist.BOTTOM
        assert min(text.y for text in texts) >= checklist.BOTTOM
        assert max(box.x + box.width for box in boxes) <= checklist.WIDTH - checklist.SIDE + 1
        ends = [text.x + text.type.width(text.text) for text in texts]
        assert max(ends) <= checklist.WIDTH - checklist.SIDE + 1


def test_a_long_head_is_told_whole() -> None:
    (sheet,) = sheets(rows_of(people(1)), LONG)
    (page,) = opened(drawn(LONG, [sheet]))
    assert letters(page.get_textpage().get_text_range()) == told(sheet, LONG)


def test_a_sheet_with_an_undrawn_character_explains_its_number() -> None:
    (sheet,) = sheets(rows_of(people(1, "𠮷野家")), HEAD)
    assert "〔U+20BB7〕" in sheet.rows[0][1]
    assert sheet.foot.endswith(UNDRAWN)
    assert UNDRAWN not in sheets(rows_of(people(1)), HEAD)[0].foot


def test_a_volume_goes_on_counting() -> None:
    (sheet,) = sheets(rows_of(people(2), 10_001), head(10_002), before=10_000)
    assert [row[0] for row in sheet.rows] == ["10,001", "10,002"]
    assert "（10,001〜10,002番）　ここまで 10,002件　全10,002件" in sheet.foot
    assert [checklist.volumes(n) for n in (0, 1, 10_000, 10_001, 100_000)] == [1, 1, 1, 2, 10]
