"""A telephone number in whatever way it is written, and nothing that only looks like one."""

from __future__ import annotations

import pytest

from eventmail.mailings.findings.phones import numbers

NUMBERS = {
    "hyphens": ("電話 0123-45-6789", "0123456789"),
    "full width": ("０１２３－４５－６７８９", "0123456789"),
    "brackets": ("(0123)45-6789", "0123456789"),
    "a mobile": ("090 1234 5678", "09012345678"),
    "from abroad": ("+81-123-45-6789", "0123456789"),
    "from abroad with a 0": ("+81 (0)123-45-6789", "0123456789"),
    "no signs": ("0123456789", "0123456789"),
}
OTHERS = {
    "nine digits": "012-34-5678",
    "twelve digits": "0123-4567-8901",
    "the end of a longer number": "10123456789012",
    "a day": "2026-12-09",
}


@pytest.mark.parametrize(("text", "digits"), NUMBERS.values(), ids=NUMBERS)
def test_a_number_is_read_as_its_digits(text: str, digits: str) -> None:
    ((found, start, end),) = numbers(text)
    assert found == digits
    assert 0 <= start < end <= len(text)


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert list(numbers(text)) == []
