"""The parent's side: a child that fails, dies or takes too long is one sentence."""

from __future__ import annotations

import pytest

from eventmail import confined
from eventmail.spreadsheet import reader
from eventmail.spreadsheet.reader import read_roster
from eventmail.spreadsheet.refusal import UnreadableFile
from tests.spreadsheet.books import HEADER, book, saved


@pytest.mark.parametrize(
    ("fault", "code"),
    [(confined.TooSlow("x"), "too_slow"), (confined.ConfinedError("x"), "damaged")],
)
def test_a_child_that_fails_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise fault

    monkeypatch.setattr(confined, "stream", fail)
    with pytest.raises(UnreadableFile) as caught:
        read_roster(saved(book(["a"])[0]))
    assert caught.value.code == code


def test_a_sheet_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 0.01)
    monkeypatch.setattr(reader, "SECONDS_PER_MEGABYTE", 0)
    rows = "".join(f"株式会社甲,甲野,a{n}@kou.example\n" for n in range(90_000))
    with pytest.raises(UnreadableFile) as caught:
        read_roster(f"{','.join(HEADER)}\n{rows}".encode())
    assert caught.value.code == "too_slow"


def test_a_child_that_dies_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MEGABYTES_OF_CHILD", 10)
    with pytest.raises(UnreadableFile) as caught:
        read_roster(saved(book(*[HEADER] * 20_000)[0]))
    assert caught.value.code in ("damaged", "bomb")
