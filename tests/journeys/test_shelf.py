"""The shelf in a browser: a file that hides something, its clean copy, and the checker's look."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Meeting
from tests.journeys.people import Person
from tests.scanning import office
from tests.scanning.pdfs import bar, drawn, says, together

pytestmark = pytest.mark.journey


def test_from_the_shelf_to_the_last_page(
    person: Callable[[str], Person], meeting: Meeting, tmp_path: Path
) -> None:
    author = person("author")
    book, seats = tmp_path / "当日の流れ.xlsx", tmp_path / "配席図.pdf"
    book.write_bytes(office.workbook(office.hidden_sheet(), office.commented))
    seats.write_bytes(drawn(together(says("Yamada Taro"), bar()), says("2F")))
    author.see(f"/events/{meeting.event.id}")
    author.page.get_by_label("資料のファイル").set_input_files([book, seats])
    author.press("資料を置く")
    author.reads("資料を2件置きました。")
    author.picture("event-shelf")
    author.follow("当日の流れ.xlsx")
    author.reads("このままでは送れません")
    author.picture("material-hidden")
    author.press(re.compile("^きれいな写しを作る"))
    author.heading("当日の流れ.xlsx　第2版")
    author.reads("隠れた内容は見つかりませんでした")
    author.picture("material-clean")
    author.follow("版の一覧")
    author.heading("当日の流れ.xlsxの版")
    author.picture("material-versions")

    checker = person("checker")
    checker.see(f"/events/{meeting.event.id}")
    checker.follow("配席図.pdf")
    checker.reads("塗りつぶしの下に残った文字")
    checker.picture("material-pdf")
    checker.press("次のページ")
    checker.reads("資料2ページ中2ページ")
    checker.press("最後のページまで見ました")
    checker.reads("「配席図.pdf」を最後のページまで見たことを記録しました。")
    checker.picture("material-seen")
