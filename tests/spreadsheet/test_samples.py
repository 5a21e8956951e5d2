"""The four sample files are read as they are meant, and are what their script makes."""

from __future__ import annotations

import hashlib
import json
import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from eventmail.addresses import EmailAddress, names_a_person
from eventmail.spreadsheet import reading
from eventmail.spreadsheet.columns import Field
from eventmail.spreadsheet.reading import Choices, Reading
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.rows import Row, Verdict
from tests.spreadsheet.books import SAMPLES, book, saved

PARTICIPANTS = "参加企業一覧.xlsx"


def read(name: str, choices: Choices | None = None) -> Reading:
    return reading.read((SAMPLES / name).read_bytes(), name, choices)


def test_the_office_list() -> None:
    found = read(PARTICIPANTS)
    assert (found.sheet, found.header_rows, found.problem) == ("参加企業", (5,), "")
    assert [row.number for row in found.rows] == list(range(6, 36))
    assert {row.verdict for row in found.rows} == {Verdict.OK}
    assert [each.number for each in found.skipped] == [37, 38]
    assert found.mapping == {
        Field.NUMBER: "A",
        Field.COMPANY: "B",
        Field.DEPARTMENT: "C",
        Field.TITLE: "D",
        Field.CONTACT: "E",
        Field.PHONE: "F",
        Field.EMAIL: "G",
        Field.STATUS: "H",
        Field.NOTES: "I",
    }
    third = found.rows[2]
    assert (third.company, third.contact) == ("有限会社髙﨑建設", "髙﨑 一郎")
    assert third.phone == "0123-11-2003"


def test_seven_of_thirty_addresses_name_a_person() -> None:
    named = [r for r in read(PARTICIPANTS).rows if names_a_person(EmailAddress.parse(r.email))]
    assert [row.number for row in named] == [6, 11, 14, 19, 24, 28, 33]


def test_the_schools() -> None:
    found = read("学校説明会_参加校.xlsx")
    assert (found.sheet, found.sheets, found.header_rows) == ("参加校", ("表紙", "参加校"), (3, 4))
    first = found.rows[0]
    assert (first.number, first.company, first.email) == (
        5,
        "県立姫里高等学校",
        "shinro@himesato-h.example",
    )
    assert len(found.rows) == 4
    assert {row.verdict for row in found.rows} == {Verdict.OK}
    assert [each.number for each in found.skipped] == [9]


def test_the_csv() -> None:
    found = read("求人企業リスト.csv")
    assert (found.format, found.encoding) == ("csv", "cp932")
    assert [(row.company, row.status) for row in found.rows] == [
        ("株式会社あおぞら製作所", "attending"),
        ("有限会社髙﨑建設", "attending"),
        ("㈱みなと電機", "withdrawn"),
        ('カフェ"こもれび"', "attending"),
        ("株式会社大空, 小空", "attending"),
    ]
    assert {row.verdict for row in found.rows} == {Verdict.OK}


def test_the_faulty_one() -> None:
    found = read("不備のある名簿.xlsx")
    assert {row.number: [reason.code for reason in row.reasons] for row in found.rows} == {
        4: [],
        5: ["no_address"],
        6: ["no_at"],
        7: ["two_addresses"],
        8: ["company_above"],
        9: ["shared_address"],
        10: ["shared_address"],
        11: ["hidden_row"],
        12: ["struck_row"],
        13: ["unknown_status"],
        14: ["error_value"],
        15: ["formula"],
        16: ["space"],
        17: [],
        18: ["same_twice", "two_spellings"],
        19: ["upper_case", "same_twice", "two_spellings"],
    }


def test_the_script_makes_the_files(tmp_path: Path) -> None:
    made = runpy.run_path(str(SAMPLES / "make_workbooks.py"))
    makers = {
        PARTICIPANTS: "participants",
        "学校説明会_参加校.xlsx": "schools",
        "求人企業リスト.csv": "job_offers",
        "不備のある名簿.xlsx": "faulty",
    }
    for name, maker in makers.items():
        made[maker](tmp_path / name)
        assert _digest(tmp_path / name) == _digest(SAMPLES / name), name


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", [PARTICIPANTS, "不備のある名簿.xlsx"])
def test_a_reading_comes_back_from_json(name: str) -> None:
    found = read(name)
    told = json.loads(json.dumps([found.to_json(), [row.to_json() for row in found.rows]]))
    rows = tuple(Row.from_json(each) for each in told[1])
    assert replace(Reading.from_json(told[0]), rows=rows) == found


def test_columns_have_three_samples() -> None:
    column = read(PARTICIPANTS).columns[6]
    assert (column.letter, column.header, len(column.samples)) == ("G", "メールアドレス", 3)


def test_the_person_chooses_the_columns() -> None:
    chosen = {Field.COMPANY: "E", Field.EMAIL: "G"}
    found = read(PARTICIPANTS, Choices(mapping=chosen))
    assert found.mapping == chosen
    assert found.rows[0].company == "山田 太郎"


def test_the_person_chooses_the_sheet() -> None:
    found = read("学校説明会_参加校.xlsx", Choices(sheet="表紙"))
    assert (found.sheet, found.rows) == ("表紙", ())
    assert "「事業所名」と「メールアドレス」の列が見つかりません" in found.problem


def test_a_sheet_that_is_not_there() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(PARTICIPANTS, Choices(sheet="ない"))
    assert caught.value.code == "no_sheet"


def test_a_missing_column_names_the_headers_seen() -> None:
    content = saved(book(["事業所名", "電話番号"], ["一番", "1"])[0])
    assert "見出し：事業所名、電話番号" in reading.read(content, "x.xlsx").problem


def test_a_table_without_rows_is_a_problem() -> None:
    content = saved(book(["事業所名", "メールアドレス"])[0])
    assert "参加事業所の行がありません" in reading.read(content, "x.xlsx").problem
