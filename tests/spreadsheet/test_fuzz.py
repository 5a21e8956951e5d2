"""Any text survives; any broken file is a reading or one sentence, and nothing else."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eventmail.sample import FOLDER
from eventmail.spreadsheet import compound
from eventmail.spreadsheet.limits import LONGEST_CELL
from eventmail.spreadsheet.refusal import MESSAGES, UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook
from tests.spreadsheet.books import book, saved
from tests.spreadsheet.corpus import as_excel_writes, rewritten
from tests.spreadsheet.test_formats import NAMES

# What XML can hold; "_x000A_" and the like stand for what it cannot, and are told apart.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n\t"),
    min_size=1,
    max_size=20,
).filter(lambda text: not text.startswith("=") and "_x" not in text and "\ufffe" not in text)
ROWS = st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=4)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def texts(content: bytes) -> list[list[str]]:
    """The texts of all rows of the first sheet."""
    return [[cell.text for cell in row.cells] for row in read_workbook(content).sheets[0].rows]


@QUICK
@given(ROWS)
def test_any_text_survives_a_workbook(rows: list[list[str]]) -> None:
    made, sheet = book()
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            sheet.cell(number, column).value = text
            sheet.cell(number, column).data_type = "s"
    content = saved(made)
    assert texts(content) == rows
    assert texts(as_excel_writes(content)) == rows


@QUICK
@given(ROWS, st.sampled_from(["utf-8-sig", "utf-16"]), st.sampled_from(",\t;"))
@example([["0", "\t0"]], "utf-8-sig", ";")
@example([["0", "\t"]], "utf-8-sig", ",")
def test_any_text_survives_a_csv(rows: list[list[str]], encoding: str, delimiter: str) -> None:
    width = max(len(row) for row in rows)
    even = [row + ["x"] * (width - len(row)) for row in rows] * 2
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(even)
    assert texts(target.getvalue().encode(encoding)) == even


OUTCOMES = {"read", *MESSAGES}


def outcome(content: bytes) -> str:
    """``read``, or why not. Any other exception is the test's failure."""
    try:
        told = read_workbook(content)
    except UnreadableFile as error:
        return error.code
    cells = (c for sheet in told.sheets for row in sheet.rows for c in row.cells)
    return "read" if all(len(cell.text) <= LONGEST_CELL for cell in cells) else "too long"


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert outcome(content) in OUTCOMES


@pytest.mark.parametrize("start", [b"PK\3\4", compound.MAGIC, b"\x09\x08\x08\0"])
@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=1500))
def test_any_bytes_behind_a_known_beginning(start: bytes, content: bytes) -> None:
    assert outcome(start + content) in OUTCOMES


def flipped(content: bytes, dice: random.Random) -> bytes:
    """Some bytes put differently."""
    changed = bytearray(content or b"?")
    for _ in range(dice.choice((1, 5, 50))):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def cut(content: bytes, dice: random.Random) -> bytes:
    """A piece left out, or the end."""
    first = dice.randrange(len(content) + 1)
    return content[:first] + content[first + dice.choice((1, 100, len(content))) :]


def spoilt(content: bytes, dice: random.Random) -> bytes:
    """An archive whose parts are broken and whose shell is whole; else flipped bytes."""
    if not content.startswith(b"PK"):
        return flipped(content, dice)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        victim = dice.choice(archive.namelist())
    harm = dice.choice((flipped, cut, lambda *_: b""))
    return rewritten(content, lambda name, part: harm(part, dice) if name == victim else part)


FILES = [
    *NAMES.values(),
    *(p.name for p in sorted(FOLDER.glob("*")) if p.suffix in (".xlsx", ".csv")),
]


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_read_or_refused(workbooks: Path, name: str, seed: int) -> None:
    path = workbooks / name
    content = (path if path.exists() else FOLDER / name).read_bytes()
    dice = random.Random(f"{name} {seed}")
    for harm in (flipped, cut, spoilt):
        assert outcome(harm(content, dice)) in OUTCOMES
