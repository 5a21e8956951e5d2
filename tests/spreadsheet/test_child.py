"""The child's answer, over the process boundary and in this very process."""

from __future__ import annotations

import json

import pytest

from eventmail.sample import FOLDER
from eventmail.spreadsheet import reading
from eventmail.spreadsheet.reader import read_roster, stream
from eventmail.spreadsheet.reading import Choices, Reading
from eventmail.spreadsheet.rows import Row

SAMPLES = [
    "参加企業一覧.xlsx",
    "学校説明会_参加校.xlsx",
    "不備のある名簿.xlsx",
    "求人企業リスト.csv",
]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_child_reads_as_the_function_does(name: str) -> None:
    content = (FOLDER / name).read_bytes()
    assert read_roster(content, name) == reading.read(content, name)


def test_the_reading_comes_first_and_then_the_rows_one_by_one() -> None:
    first, *rows = stream((FOLDER / SAMPLES[0]).read_bytes(), SAMPLES[0])
    assert isinstance(first, Reading)
    assert first.rows == ()
    assert [type(each) for each in rows] == [Row] * 30


def test_the_choices_reach_the_child() -> None:
    name = "学校説明会_参加校.xlsx"
    chosen = Choices(sheet="表紙", corrections={"7": {}}, split=frozenset({"7"}))
    found = read_roster((FOLDER / name).read_bytes(), name, chosen)
    assert (found.sheet, found.rows) == ("表紙", ())
    assert Choices.from_json(json.loads(json.dumps(chosen.to_json()))) == chosen
