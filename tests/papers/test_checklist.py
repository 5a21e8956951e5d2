"""確認用宛先一覧: sheets that are full and no fuller, numbered, counted, and marked 取扱注意."""

from __future__ import annotations

import pytest

from eventmail.papers import checklist
from eventmail.papers.checklist import CARE, SHRED, UNDRAWN, Head, Sheet, drawn, rows_of, sheets
from tests.papers.reading import letters, opened

HEAD = Head("雇用情報交換会", "案件番号1　第1版　指紋 0123", 34, "森下 あかり　令和8年11月26日")


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
    found = sheets(rows_of(values), len(values))
    document = opened(drawn(HEAD, found))
    assert [letters(page.get_textpage().get_text_range()) for page in document] == [
        told(each, HEAD) for each in found
    ]


@pytest.mark.parametrize("values", ROSTERS.values(), ids=ROSTERS)
def test_rows_are_numbered_through_and_each_stands_once(values: list[tuple[str, ...]]) -> None:
    found = sheets(rows_of(values), len(values))
    numbers = [row[0] for each in found for row in each.rows]
    assert numbers == [f"{n:,}" for n in range(1, len(values) + 1)]
    assert [each.number for each in found] == list(range(1, len(found) + 1))


def test_each_sheet_counts_its_rows_and_all_so_far() -> None:
    first, second = sheets(rows_of(people(34)), 34)
    rows = len(first.rows)
    assert first.foot == (
        f"取扱注意　このページ {rows}件（1〜{rows}番）　ここまで {rows}件　全34件　1/2ページ"
    )
    assert f"このページ {34 - rows}件（{rows + 1}〜34番）　ここまで 34件　全34件" in second.foot


def test_every_sheet_is_marked_and_says_who_printed_it_when_and_what_to_do_afterwards() -> None:
    found = sheets(rows_of(people(100)), 100)
    assert len(found) > 3
    for page in opened(drawn(HEAD, found)):
        text = page.get_textpage().get_text_range()
        assert text.count(CARE) == 2
        assert SHRED in text
        assert "森下 あかり" in text


def test_nothing_sticks_out_of_a_sheet() -> None:
    long = sheets(rows_of(ROSTERS["long cells"]), 9)
    for sheet in long:
        boxes = [m for m in checklist.marks(HEAD, sheet) if isinstance(m, checklist.Box)]
        assert min(box.y for box in boxes) >= checklist.BOTTOM
        assert max(box.x + box.width for box in boxes) <= checklist.WIDTH


def test_a_sheet_with_an_undrawn_character_explains_its_number() -> None:
    (sheet,) = sheets(rows_of(people(1, "𠮷野家")), 1)
    assert "〔U+20BB7〕" in sheet.rows[0][1]
    assert sheet.foot.endswith(UNDRAWN)
    assert UNDRAWN not in sheets(rows_of(people(1)), 1)[0].foot


def test_a_volume_goes_on_counting() -> None:
    (sheet,) = sheets(rows_of(people(2), 10_001), 10_002, before=10_000)
    assert [row[0] for row in sheet.rows] == ["10,001", "10,002"]
    assert "（10,001〜10,002番）　ここまで 10,002件　全10,002件" in sheet.foot
    assert [checklist.volumes(n) for n in (0, 1, 10_000, 10_001, 100_000)] == [1, 1, 1, 2, 10]
