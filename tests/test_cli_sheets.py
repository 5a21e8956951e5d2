"""``check-address``: a line in, a line of JSON out, without database and settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from eventmail import cli_sheets
from eventmail.cli import cli
from eventmail.processes import ENTRY

COMMAND = [sys.executable, str(ENTRY), "check-address"]
ENVIRONMENT = {"PATH": os.environ["PATH"]}  # no settings, no language


def check(content: bytes, *arguments: str) -> tuple[list[dict[str, Any]], int]:
    done = CliRunner().invoke(cli, ["check-address", *arguments], input=content)
    return [json.loads(line) for line in done.stdout_bytes.splitlines()], done.exit_code


SAID = {
    "right": (b"info@aozora.example\n", "accept", "info@aozora.example", [], 0),
    "with a note": (
        "　info@aozora.example".encode(),
        "accept",
        "info@aozora.example",
        ["spaces"],
        0,
    ),
    "mistyped": (b"info@gmai.com\n", "question", "info@gmai.com", ["mistyped_domain"], 1),
    "two": ("a@b.example、c@d.example".encode(), "question", "", ["two_addresses"], 1),
    "no address": ("なし\n".encode(), "reject", "", ["no_at"], 1),
    "empty line": (b"\n", "reject", "", ["empty"], 1),
    "blanks only": (b"  \n", "reject", "", ["empty"], 1),
    "a line end of Windows": (b"info@aozora.example\r\n", "accept", "info@aozora.example", [], 0),
    "a byte order mark": (b"\xef\xbb\xbfa@b.example\n", "accept", "a@b.example", [], 0),
    "no UTF-8": (b"\x8d\xcc\x97p\xff@b.example\n", "reject", "", ["not_ascii"], 1),
    "half a character": (b"a@b.example\xe3\x81", "reject", "", ["domain"], 1),
    "a null": (b"a\0@b.example\n", "reject", "", ["hidden"], 1),
}


@pytest.mark.parametrize(
    ("content", "verdict", "address", "codes", "status"), SAID.values(), ids=SAID
)
def test_says_of_a_line(
    content: bytes, verdict: str, address: str, codes: list[str], status: int
) -> None:
    [told], exit_code = check(content)
    assert (told["verdict"], told["address"]) == (verdict, address)
    assert [each["code"] for each in told["reasons"]] == codes
    assert exit_code == status
    assert told["input"] == content.decode("utf-8-sig", "replace").rstrip("\r\n")


def test_names_the_likely_right_address_only_where_there_is_one() -> None:
    [mistyped, noted], _ = check(b"info@gmai.com\ninfo@gmail.com\n")
    assert mistyped["reasons"][0]["suggestion"] == "info@gmail.com"
    assert set(noted["reasons"][0]) == {"code", "message"}


def test_nothing_to_check_is_nothing_wrong() -> None:
    assert check(b"") == ([], 0)


def test_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "addresses.txt"
    file.write_bytes(b"a@b.example\nc@d.example")
    told, exit_code = check(b"", str(file))
    assert [each["address"] for each in told] == ["a@b.example", "c@d.example"]
    assert exit_code == 0


def test_a_line_end_inside_a_line_of_json_is_escaped() -> None:
    done = CliRunner().invoke(
        cli, ["check-address"], input="a@b.example\u2028x\x85y\u2029z".encode()
    )
    assert len(done.stdout.splitlines()) == 1
    assert json.loads(done.stdout)["input"] == "a@b.example\u2028x\x85y\u2029z"


def test_a_line_without_end_is_refused_and_not_kept() -> None:
    """Not even its beginning counts: another address may stand behind."""
    endless = b"a@b.example" + b" " * (3 * cli_sheets.LONGEST_LINE) + b"c@d.example\n"
    [long, after], exit_code = check(endless + b"e@f.example\n")
    assert [each["code"] for each in long["reasons"]] == ["too_long"]
    assert (long["verdict"], long["address"]) == ("reject", "")
    assert len(long["input"]) == cli_sheets.LONGEST_LINE
    assert after["address"] == "e@f.example"
    assert exit_code == 1


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "nothing.txt"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "エラー：ファイル「nothing.txt」を開けません。場所と名前を確かめてください。\n"
    )


def test_needs_neither_settings_nor_a_language_nor_a_writable_folder(tmp_path: Path) -> None:
    environment = {**ENVIRONMENT, "EVENTMAIL_MODE": "no such mode", "LC_ALL": "C"}
    done = subprocess.run(
        COMMAND,
        cwd=tmp_path,
        env=environment,
        input="髙橋 <a@b.example>\n".encode(),
        capture_output=True,
        check=False,
    )
    assert json.loads(done.stdout)["input"] == "髙橋 <a@b.example>"
    assert (done.returncode, done.stderr, list(tmp_path.iterdir())) == (0, b"", [])


class TestStreaming:
    @pytest.fixture
    def process(self, tmp_path: Path) -> Any:
        with subprocess.Popen(
            COMMAND, cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as started:
            yield started
            started.kill()

    def test_each_answer_comes_before_the_next_question(self, process: Any) -> None:
        for address in ("a@b.example", "c@d.example", "e@f.example"):
            process.stdin.write(f"{address}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["address"] == address

    def test_100_000_lines_are_answered_in_bounded_memory(self, process: Any) -> None:
        """A thousand lines at a time, each answered before the next: nothing piles up."""
        peaks = []
        for block in range(100):
            lines = [f"saiyo{n}@kigyo-{block}.example" for n in range(1000)]
            self._ask(process, lines)
            peaks.append(_megabytes(process.pid))
        assert peaks[-1] - peaks[9] < 8
        process.stdin.close()
        assert process.wait(timeout=30) == 0

    def _ask(self, process: Any, lines: list[str]) -> None:
        for line in lines:
            process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
        told = [json.loads(process.stdout.readline())["address"] for _ in lines]
        assert told == lines


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    [peak] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peak.split()[1]) / 1024
