"""``scan-file``: what the shelf would say of a file, without database and settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from eventmail.cli import cli
from eventmail.processes import ENTRY
from tests.scanning import office
from tests.scanning.pdfs import bar, drawn, says, together
from tests.slim import REAL
from tests.wire.files import locked_workbook

ROSTER = str(REAL / "参加企業一覧.xlsx")


def run(*arguments: str) -> tuple[str, int]:
    done = CliRunner().invoke(cli, ["scan-file", *arguments])
    return done.stdout, done.exit_code


def told(*arguments: str) -> tuple[dict[str, Any], int]:
    text, code = run(*arguments, "--json")
    return json.loads(text), code


@pytest.fixture
def book(tmp_path: Path) -> str:
    path = tmp_path / "当日の流れ.xlsx"
    path.write_bytes(office.workbook(office.hidden_sheet(), office.commented))
    return str(path)


def test_the_json_has_exactly_these_parts(book: str) -> None:
    found, code = told(book, "--roster", ROSTER)
    assert list(found) == ["kind", "pages", "hidden", "addresses", "participants", "findings"]
    assert found["kind"] == "xlsx"
    assert found["pages"] == 2
    assert found["hidden"] == [
        {"what": "comment", "where": "シート「案内」のB2のコメント"},
        {"what": "sheet", "where": "シート「内部」"},
    ]
    assert found["addresses"] == ["saiyo@minato-denki.example"]
    assert found["participants"] == ["㈱みなと電機"]
    assert code == 1
    assert len(found["findings"]) == 3
    assert found["findings"][-1] == (
        "「当日の流れ.xlsx」に参加事業所「㈱みなと電機」のメールアドレス・事業所名があります"
        "（非表示のシート「内部」の2行目）。ほかの参加事業所に見せてよいものか確かめてください。"
    )


@pytest.mark.parametrize("name", ["当日スケジュール.pdf", "ご来場のご案内.pdf"])
def test_an_ordinary_material_is_clear(name: str) -> None:
    found, code = told(str(REAL / name), "--roster", ROSTER)
    assert code == 0
    assert (found["hidden"], found["addresses"], found["participants"]) == ([], [], [])
    assert found["findings"] == []


def test_without_a_roster_nobody_is_named(book: str) -> None:
    found, _ = told(book)
    assert found["participants"] == []
    assert len(found["findings"]) == 2


def test_text_under_a_bar(tmp_path: Path) -> None:
    path = tmp_path / "配席図.pdf"
    path.write_bytes(drawn(together(says("Yamada Taro"), bar())))
    found, code = told(str(path))
    assert [each["what"] for each in found["hidden"]] == ["covered_text"]
    assert code == 1


def test_a_locked_file_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "名簿.xlsx"
    path.write_bytes(locked_workbook())
    found, code = told(str(path))
    assert (found["kind"], found["pages"], code) == ("xlsx", None, 1)
    assert "パスワードを外して" in found["findings"][0]


def test_the_report_is_for_people(book: str) -> None:
    text, code = run(book, "--roster", ROSTER)
    assert code == 1
    for line in (
        "■ このままでは送れないもの",
        "■ 見えにくいところにある内容",
        "  ・コメント：シート「案内」のB2のコメント「みなと電機は辞退の見込み」",
        "■ 中にあるメールアドレス：1件",
        "■ 名簿の参加事業所：1社が書かれています",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ない.pdf"], "ファイル「ない.pdf」を開けません。"),
        ([str(REAL)], "を開けません。"),
        ([ROSTER, "--roster", "ない.xlsx"], "ファイル「ない.xlsx」を開けません。"),
        ([ROSTER, "--roster", str(REAL / "ご来場のご案内.pdf")], "を読み取れません。"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence(arguments: list[str], sentence: str) -> None:
    found, code = told(*arguments)
    assert code == 2
    assert sentence in found["error"]["message"]


def test_it_needs_no_settings_and_no_language(book: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ENTRY), "scan-file", book, "--json"],
        capture_output=True,
        env={"PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout.decode("utf-8"))["kind"] == "xlsx"
