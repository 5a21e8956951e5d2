"""Domains that look like another: one slip of a finger away, or in letters of another script."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

# Small letters of other scripts, and odd Latin ones, that look like a plain Latin letter (UTS #39).
_LOOKS_LIKE = {
    **{"a": "аαɑ", "b": "вβ", "c": "сϲ", "d": "ԁ", "e": "еε", "g": "ɡցԍ", "h": "һнհη"},
    **{"i": "іιıɩ", "j": "јϳ", "k": "кκ", "l": "ӏ", "m": "м", "n": "ոν", "o": "оοօ", "p": "рρ"},
    **{"q": "ԛզ", "r": "г", "s": "ѕ", "t": "тτ", "u": "սυ", "w": "ԝωա", "x": "хχ", "y": "уүγ"},
}
_TWINS = {twin: plain for plain, twins in _LOOKS_LIKE.items() for twin in twins}
_JAPANESE = frozenset({"LATIN", "HIRAGANA", "KATAKANA", "CJK"})
_SCRIPTS = {"IDEOGRAPHIC": "CJK", "FULLWIDTH": "LATIN", "HALFWIDTH": "KATAKANA"}
_PLAIN = re.compile(r"[a-z0-9.-]+")
_THIN = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"))


class Near:
    """Finds the word that one slip made another: a letter wrong, missing, too much or swapped."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_cut: defaultdict[str, list[str]] = defaultdict(list)
        for word in words:
            for cut in _cuts(word):
                self._by_cut[cut].append(word)
        self._longest = max(map(len, self._by_cut)) + 1

    def find(self, word: str) -> str:
        """The known word at a Damerau-Levenshtein distance of 1; empty if there is none."""
        if len(word) > self._longest:
            return ""
        close = (known for cut in _cuts(word) for known in self._by_cut.get(cut, ()))
        return next((known for known in close if _is_one_slip(word, known)), "")


def thin(domain: str) -> str:
    """A domain as a hurried eye reads it: ``yah00.co.jp`` is ``yahoo.co.jp``."""
    for wide, narrow in _THIN:
        domain = domain.replace(wide, narrow)
    return domain


def shown_domain(domain: str) -> str:
    """A domain in A-labels as a person reads it."""
    return ".".join(map(_shown_label, domain.split(".")))


def plain_twin(shown: str) -> str:
    """The ASCII domain that looks like this one in other letters; empty if none does."""
    bare = (c for c in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(c))
    twin = "".join(_TWINS.get(c, c) for c in bare)
    return twin if _PLAIN.fullmatch(twin) else ""


def ending_cut_off(shown: str) -> str:
    """``b.co.jp様`` without what is stuck to its top level; empty if nothing is."""
    head, _, top = shown.rpartition(".")
    plain = re.match(r"[a-z]{2,}(?=[^\x00-\x7f])", top)
    return f"{head}.{plain[0]}" if plain else ""


def mixes_scripts(shown: str) -> bool:
    """Whether a label mixes scripts in another way than Japanese does."""
    return any(len(found) > 1 and not found <= _JAPANESE for found in _scripts(shown))


def is_latin(shown: str) -> bool:
    """Whether every letter is a Latin one, with accents or without."""
    return all(found <= {"LATIN"} for found in _scripts(shown))


def _scripts(shown: str) -> Iterator[set[str]]:
    for label in shown.split("."):
        words = {unicodedata.name(c, "?").split("-")[0].split()[0] for c in label if c.isalpha()}
        yield {_SCRIPTS.get(word, word) for word in words}


def _shown_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    return label.removeprefix("xn--").encode("ascii").decode("punycode")


def _cuts(word: str) -> Iterator[str]:
    yield word
    yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def _is_one_slip(one: str, other: str) -> bool:
    start = _shared(one, other)
    one, other = one[start:], other[start:]
    end = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    return max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1])


def _shared(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
