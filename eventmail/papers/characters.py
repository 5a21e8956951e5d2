"""Which characters a printed paper can show, and what stands for those that it cannot.

The PDF uses the standard Japanese fonts, which are not embedded: every reader has them, but not
with the same stock. So only what any of them draws is printed: CP932, and of JIS X 0213 what lies
in the basic plane and is no letter of another script. Everything else is written as 〔U+1F600〕 on
the page and in the PDF alike, and the paper says so: nothing is left out without a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

TAB = 8
_KANA_AND_MARK = re.compile("[\u304b-\u30fe][\u3099\u309a]")
_MARK = re.compile(r"〔U\+((?:10|[1-9A-F])?[0-9A-F]{4})〕")
_LATIN_1 = range(0xA1, 0x100)
_SYMBOLS = range(0x2010, 0x10000)
# Pdfium, which Chrome and Edge print with, leaves these blank.
_NOT_DRAWN = frozenset("\u203f\u2153\u2154\u2155\u2252\u2985\u2986\uffe3")
_BLANK = frozenset(" \u3000")
_MARKS = "\u3099\u309a"  # they melt with the kana before them
# Characters that were found to be drawn: a list of 10,000 rows asks half a million times.
_found_drawn: set[str] = set()


def printable(text: str) -> str:
    """``text`` as it is printed: tabs as spaces, what no font draws as its number."""
    if _found_drawn.issuperset(text):
        return text
    composed = _KANA_AND_MARK.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    lines = composed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    printed = "\n".join(_line(line) for line in lines)
    if printed == text:
        _found_drawn.update(set(text).difference(_MARKS, "\n"))
    return printed


def as_printed_already(texts: Sequence[str]) -> bool:
    """Whether all of them are surely printed as they are: one look at many, not one at each."""
    return _found_drawn.issuperset(set("".join(texts)))


def is_drawn(char: str) -> bool:
    """Whether every reader of the PDF shows this character."""
    if char in _BLANK or unicodedata.category(char)[0] in "CZ":
        return char in _BLANK
    if char in _NOT_DRAWN:
        return False
    common = ord(char) in _LATIN_1 or ord(char) in _SYMBOLS
    return _encodes(char, "cp932") or (common and _encodes(char, "euc_jis_2004"))


def replaced(texts: Iterable[str]) -> tuple[str, ...]:
    """The marks in printed texts that stand for a character, in order, each once."""
    found = (each[0] for text in texts for each in _MARK.finditer(text))
    return tuple(dict.fromkeys(found))


def name_of(mark: str) -> str:
    """What the character of a mark is called, in the words of Unicode."""
    found = _MARK.fullmatch(mark)
    assert found is not None
    return unicodedata.name(chr(int(found[1], 16)), "名前のない文字")


def cells(text: str) -> int:
    """How wide a text is where a kanji counts two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _line(line: str) -> str:
    made = ""
    for char in line:
        if char == "\t":
            made += " " * (TAB - cells(made) % TAB)
        else:
            made += char if is_drawn(char) else f"〔U+{ord(char):04X}〕"
    return made


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
