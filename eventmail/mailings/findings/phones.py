"""Telephone numbers in whatever way they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Digits of any width; hyphens, bars, brackets, dots and blanks between the groups.
_GAP = r"[-‐‑‒–—―−ー－()（）.．・ 　\u00a0]{0,3}"
# Begins with one set of signs, which the machine skips to quickly; files are long.
_NUMBER = re.compile(
    r"[0０8８+＋(（](?<!\d[0０8８])"
    rf"(?:(?:(?<=[+＋])\s?[8８])?[1１]{_GAP}(?:[0０]{_GAP})?(?=[1-9１-９])|(?<=[(（])[0０]|(?<=[0０]))"
    rf"\d{{1,4}}{_GAP}\d{{1,4}}{_GAP}\d{{3,4}}(?!\d)"
)
_DIGITS = re.compile(r"\d")
_LENGTHS = (10, 11)


def numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Each number as bare digits from its leading 0 on, and where it stands."""
    for found in _NUMBER.finditer(text):
        digits = "".join(str(int(each)) for each in _DIGITS.findall(found[0]))
        if digits.startswith("81"):
            rest = digits[2:]
            digits = rest if rest.startswith("0") else f"0{rest}"
        if len(digits) in _LENGTHS:
            yield digits, found.start(), found.end()
