"""What check-sheet says of every workbook of these offices, word for word.

``golden/NAME.txt`` is documentation: it is read by people. After a change that is meant,

    python -m pytest tests/spreadsheet/test_golden.py --golden

writes them anew, and ``git diff`` shows what changed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eventmail.spreadsheet.reading import read
from eventmail.spreadsheet.report import listing
from tests.spreadsheet.odd_rows_of_offices import BOOKS

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("name", "make"), BOOKS.items(), ids=BOOKS)
def test_the_reading_is_the_golden_one(
    name: str, make: Callable[[], bytes], request: pytest.FixtureRequest
) -> None:
    said = "".join(f"{line}\n" for line in listing(read(make(), f"{name}.csv")))
    file = GOLDEN / f"{name}.txt"
    if request.config.getoption("--golden"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def test_every_golden_result_has_its_workbook() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(BOOKS)
