"""Texts as a reader reads them: width, case and old letters folded, with the way back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from eventmail.scanning.report import Scan

KANJI = r"\u4e00-\u9fff\uf900-\ufaff々〆ヶ"
KATAKANA = "ァ-ヺー"
HIRAGANA = "ぁ-ゖ"
# The letters of names that one person writes in several ways.
_OLD, _NEW = "髙﨑塚濵濱邉邊齋斎齊澤國廣德眞櫻嶋冨栁", "高崎塚浜浜辺辺斉斉斉沢国広徳真桜島富柳"
_VARIANTS = str.maketrans(_OLD, _NEW)
_CLUSTER = re.compile(r".[\u3099\u309aﾞﾟ\ufe00-\ufe0f\U000e0100-\U000e01ef]*", re.DOTALL)
_RUNS = re.compile(rf"[{KANJI}]{{2,}}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Written:
    """A text folded, and for each of its characters where it stood in what was written."""

    text: str
    origins: tuple[int, ...]  # one more than characters: the last is the end

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters ``start`` to ``end`` stood."""
        return self.origins[start], self.origins[end - 1] + 1 if end > start else self.origins[end]


@lru_cache(maxsize=64)
def written(text: str) -> Written:
    """A letter's text folded: ``Ｒ７．６．１（㈭）`` reads ``r7.6.1((木))``."""
    letters: list[str] = []
    origins: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        plain = fold(cluster[0])
        letters.append(plain)
        origins += [cluster.start()] * len(plain)
    return Written("".join(letters), (*origins, len(text)))


def fold(text: str) -> str:
    """Width, case, old letters and invisible characters folded away."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower()
    return plain.translate(_VARIANTS)


def squeeze(text: str) -> str:
    """The same without any white space."""
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class Read:
    """A material's text: all of it, and where each passage begins in it."""

    text: str  # as it stands, old letters of names made new
    squeezed: str
    pairs: frozenset[str]  # of its words in Chinese characters
    starts: tuple[int, ...]
    spots: tuple[str, ...]

    def spot(self, position: int) -> str:
        """The page, sheet or cell at a position, in words."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= position else (low, middle)
        return self.spots[low] if self.spots else ""


@lru_cache(maxsize=16)
def read(scan: Scan) -> Read:
    """A material's text made ready for looking: once for each file, not for each letter."""
    starts, position = [], 0
    for each in scan.passages:
        starts.append(position)
        position += len(each.text) + 1
    text = _lightly_folded("\n".join(each.text for each in scan.passages))
    squeezed = squeeze(text)
    spots = tuple(each.where for each in scan.passages)
    return Read(text, squeezed, pairs_of(squeezed), tuple(starts), spots)


def pairs_of(squeezed: str) -> frozenset[str]:
    """The Chinese characters that stand side by side in a text without white space."""
    words = frozenset(_RUNS.findall(squeezed))
    return frozenset({word[at : at + 2] for word in words for at in range(len(word) - 1)})


def _lightly_folded(text: str) -> str:
    """Of the same length: files are long, and their digits are read in any width."""
    for old, new in zip(_OLD, _NEW, strict=True):
        if old != new:
            text = text.replace(old, new)
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text
