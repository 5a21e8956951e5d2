"""docs/asvs.md against the suite: every requirement once, and every named proof is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROW = re.compile(
    r"^\| (?P<id>\d+\.\d+\.\d+) \| (?P<asks>[^|]+) \| (?P<how>[^|]+) \| ?(?P<proof>[^|]*)\|$"
)
ANSWERS = ("**n/a**:", "**documented**:", "**deployment**:")  # nothing is left unmet
# How many requirements of levels 1 and 2 each section of version 5.0.0 has, counted from 1.
# V10 and V17 do not apply.
ASKED = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5,
    "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4,
    "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2,
    "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1,
    "16.2": 5, "16.3": 4,
    "16.4": 3, "16.5": 3,
}  # fmt: skip


@cache
def rows() -> list[dict[str, str]]:
    """The table's rows."""
    lines = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8").splitlines()
    found = [(line, ROW.match(line)) for line in lines if re.match(r"\| \d", line)]
    assert not [line for line, row in found if row is None], "a row that cannot be read"
    return [row.groupdict() for _, row in found if row]


@cache
def named_in(path: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    names = (each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def test_every_requirement_stands_there_once() -> None:
    asked = Counter(
        f"{section}.{number}" for section, count in ASKED.items() for number in range(1, count + 1)
    )
    assert len(asked) == 217
    assert Counter(row["id"] for row in rows()) == asked


def test_every_proof_is_in_the_suite() -> None:
    named = [proof for row in rows() for proof in re.findall(r"`([^`]+)`", row["proof"])]
    assert len(named) > 150
    missing = [
        each for each in named if each.partition("::")[2] not in named_in(each.partition("::")[0])
    ]
    assert missing == []


def test_what_has_no_proof_says_why() -> None:
    bare = [row for row in rows() if not re.search(r"`[\w/]+\.py::test_\w+`", row["proof"])]
    assert [row["id"] for row in bare if not row["how"].startswith(ANSWERS)] == []


def test_what_is_documented_is_in_a_file_that_is_there() -> None:
    for row in rows():
        if row["how"].startswith("**documented**"):
            pages = re.findall(r"(?:docs|eventmail)/[\w/]+\.(?:md|py)", row["how"])
            assert pages, row["id"]
            assert all((ROOT / each).is_file() for each in pages), row["id"]


def test_every_library_is_locked_with_its_hash() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [at for at, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
    assert len(named) > 30
    assert all("==" in lines[at] and "--hash=sha256:" in lines[at + 1] for at in named)
