"""``read-bounce``: one line of JSON a file, or a readable text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eventmail.cli import cli
from tests.bounces.answers import PEOPLE, PROGRAMS
from tests.bounces.mails import TO
from tests.bounces.reports import DSN

SENTENCE = "このアドレスは存在しないと返ってきました。"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    mails = [DSN, PROGRAMS["自動返信"].raw, PEOPLE["an ordinary answer"].raw]
    paths = [tmp_path / f"{number}.eml" for number in range(len(mails))]
    for path, raw in zip(paths, mails, strict=True):
        path.write_bytes(raw)
    return list(map(str, paths))


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(cli, ["read-bounce", *arguments], input=given)


def test_one_line_of_json_a_file(files: list[str]) -> None:
    done = run(*files, "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["kind"] for each in told] == ["bounce", "auto_reply", "other"]
    assert told[0]["recipients"] == [
        {
            "address": TO,
            "action": "failed",
            "status": "5.1.1",
            "class": "hard",
            "reason": SENTENCE,
        }
    ]
    assert [list(each) for each in told] == [["kind", "recipients"]] * 3
    assert done.exit_code == 0


@pytest.mark.parametrize("arguments", [["--json"], ["-", "--json"]], ids=["nothing", "a dash"])
def test_it_reads_standard_input(arguments: list[str]) -> None:
    done = run(*arguments, given=DSN)
    assert json.loads(done.stdout)["recipients"][0]["address"] == TO


def test_a_person_reads_sentences(files: list[str]) -> None:
    done = run(*files)
    assert done.stdout == (
        "0.eml：届かなかったという知らせ\n"
        f"  {TO}（届かないアドレス、failed 5.1.1）：{SENTENCE}\n"
        "1.eml：自動返信\n"
        "2.eml：そのほか（人からの返信など）\n"
    )


def test_a_file_that_is_not_there_is_said_and_the_others_are_read(files: list[str]) -> None:
    done = run("nowhere.eml", files[0], "--json")
    first, second = map(json.loads, done.stdout.splitlines())
    assert "ファイル「nowhere.eml」を開けません" in first["error"]["message"]
    assert "nowhere.eml" in done.stderr
    assert second["kind"] == "bounce"
    assert done.exit_code == 2
