"""``check-sheet``: the reading and the verdicts of a file, without database and settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eventmail.cli import cli
from eventmail.processes import ENTRY
from eventmail.sample import FOLDER
from tests.spreadsheet import books_of_offices as offices
from tests.spreadsheet import odd_rows_of_offices as odd_rows
from tests.spreadsheet.sheets import HEADER, xlsx

GOOD = ("株式会社甲", "甲野", "a@kou.example")


@pytest.fixture
def check(tmp_path: Path) -> Any:
    def run(content: bytes, *options: str, name: str = "名簿.xlsx") -> Result:
        (tmp_path / name).write_bytes(content)
        return CliRunner().invoke(cli, ["check-sheet", str(tmp_path / name), *options])

    return run


def test_what_it_tells_programs(check: Any) -> None:
    done = check(odd_rows.lost_zeros_and_digits(), "--json")
    told = json.loads(done.stdout_bytes)
    first = told["rows"][0]
    assert list(told) == [
        *("format", "encoding", "sheet", "other_sheets", "header_rows", "columns"),
        *("rows", "skipped", "questions"),
    ]
    assert (told["format"], told["encoding"], told["sheet"]) == ("xlsx", None, "名簿")
    assert (told["other_sheets"], told["header_rows"]) == ([], [1])
    assert told["columns"]["email"] == {"column": "D", "header": "メール"}
    message = first["reasons"][0].pop("message")
    assert message.startswith("シート「名簿」2行目C列「312345678」：")
    assert first == {
        "row": 2,
        "company": "株式会社あおぞら製作所",
        "department": "",
        "title": "",
        "contact": "",
        "email": "aoki@aozora.example",
        "phone": "0312345678",
        "corporate_number": "7000012050002",
        "status": "attending",
        "verdict": "ok",
        "reasons": [{"code": "lost_zero", "column": "C"}],
    }


def test_skipped_rows_questions_and_suggestions(check: Any) -> None:
    told = json.loads(check(offices.title_date_groups_totals_notes(), "--json").stdout_bytes)
    assert told["skipped"][0] == {"row": 5, "why": "区切りの行です（【製造業】）。"}
    told = json.loads(check(offices.two_address_columns(), "--json").stdout_bytes)
    assert [each["code"] for each in told["questions"]] == ["second_address_column:B"]
    told = json.loads(check(offices.company_written_once(), "--json").stdout_bytes)
    assert told["rows"][1]["reasons"][0]["suggestion"] == "株式会社あおぞら製作所"


def test_a_text_file_tells_its_encoding(check: Any) -> None:
    told = json.loads(check(odd_rows.names_of_odd_letters(), "--json").stdout_bytes)
    assert (told["format"], told["encoding"]) == ("csv", "cp932")


ENDS = {
    "all right": (xlsx([HEADER, GOOD]), 0),
    "a note only": (xlsx([HEADER, ("株式会社甲", "", "ａ@kou.example")]), 0),
    "an error": (xlsx([HEADER, ("株式会社甲", "", "")]), 1),
    "a question about a row": (xlsx([HEADER, ("株式会社甲様", "", "a@kou.example")]), 1),
    "a question about the file": (offices.no_header_at_all(), 1),
    "a problem": (xlsx([("ただの表",)]), 1),
    "unreadable": (b"%PDF-1.7", 2),
    "empty": (b"", 2),
}


@pytest.mark.parametrize(("content", "status"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["listing", "json"])
def test_how_it_ends(check: Any, content: bytes, status: int, options: tuple[str, ...]) -> None:
    assert check(content, *options).exit_code == status


def test_the_listing_puts_errors_first(check: Any) -> None:
    done = check((FOLDER / "不備のある名簿.xlsx").read_bytes())
    said = done.stdout_bytes.decode()
    places = [said.index(f"■ {each}") for each in ("誤りのある行", "確かめる行", "そのまま")]
    assert places == sorted(places)
    assert "行：誤り5行、確認9行、良2行" in said


def test_a_problem_is_a_question_to_programs(check: Any) -> None:
    told = json.loads(check(xlsx([("ただの表",)]), "--json").stdout_bytes)
    assert [each["code"] for each in told["questions"]] == ["problem"]


def test_the_sheet_can_be_named(check: Any) -> None:
    content = offices.several_likely_sheets()
    done = check(content, "--sheet", "学校", "--json")
    told = json.loads(done.stdout_bytes)
    assert (told["sheet"], told["other_sheets"]) == ("学校", ["企業", "リスト"])
    assert check(content, "--sheet", "ない").exit_code == 2


def test_an_unreadable_file_is_one_sentence(check: Any) -> None:
    done = check(b"%PDF-1.7", "--json")
    told = json.loads(done.stdout_bytes)
    assert told["error"]["code"] == "pdf"
    assert done.stderr == f"エラー：{told['error']['message']}\n"
    assert "PDFのファイルです" in told["error"]["message"]
    assert check(b"%PDF-1.7").stdout_bytes == b""


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["check-sheet", str(tmp_path / "ない.xlsx"), "--json"])
    assert done.exit_code == 2
    assert json.loads(done.stdout_bytes)["error"]["code"] == "no_file"
    assert "開けません" in done.stderr


def test_it_needs_neither_settings_nor_a_terminals_language(tmp_path: Path) -> None:
    file = tmp_path / "名簿.csv"
    file.write_bytes("会社名,メール\r\n髙﨑㈱,a@kou.example\r\n".encode("cp932"))
    done = subprocess.run(
        [sys.executable, str(ENTRY), "check-sheet", str(file)],
        capture_output=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "EVENTMAIL_PORT": "none"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "髙﨑㈱｜a@kou.example" in done.stdout.decode()
    assert list(tmp_path.iterdir()) == [file]
