"""The English of every sentence: one .po file for each folder of the service, read when asked for.

The files are read as they are (with Babel): there is nothing to compile and nothing to go stale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

HERE = Path(__file__).parent / "en"
HELD = "_said"  # a place of this ending holds a sentence of ours, not what somebody typed
FEW = 6  # letters of a pattern that hardly tells what it is
NUMBERS = frozenset(["number", "row", "page", "first", "last", "count", "rest"])
_NUMBER = r"[\d,]+"
_LETTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2}")
_PLACES = re.compile(r"\{(\w*)(?::[^{}]*)?\}")


def read(path: Path) -> dict[str, str]:
    """The sentences of one file with their English; those without are left out."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {str(each.id): str(each.string) for each in catalogue if each.id and each.string}


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """Every sentence with its English."""
    return {key: text for path in sorted(HERE.glob("*.po")) for key, text in read(path).items()}


def english_of(pattern: str) -> str | None:
    """The English pattern of a Japanese one, or None."""
    return sentences().get(pattern)


@lru_cache(maxsize=1)
def _forms() -> list[tuple[str, list[str], re.Pattern[str], str]]:
    """Patterns with places: what they begin with, all their words, and how to read them.

    Those that begin with a word come before those that begin with a place, the more telling first.
    """
    found = [each for each in sentences() if _PLACES.search(each) and _tells(each)]
    found.sort(key=lambda each: (each.startswith("{"), -len(_PLACES.sub("", each))))
    return [
        (words[0], words, _as_expression(each), each) for each in found if (words := _words(each))
    ]


def _words(pattern: str) -> list[str]:
    """What stands before, between and behind the places."""
    at, words = 0, []
    for place in _PLACES.finditer(pattern):
        words.append(pattern[at : place.start()])
        at = place.end()
    return [*words, pattern[at:]]


def _tells(pattern: str) -> bool:
    """Whether a pattern has a word, or says of a place that it holds a sentence of ours."""
    return bool(_WORD.search(_PLACES.sub("\n", pattern))) or HELD + "}" in pattern


def _as_expression(pattern: str) -> re.Pattern[str]:
    parts, seen, at = [], set[str](), 0
    for place in _PLACES.finditer(pattern):
        name = place.group(1)
        some = ".*?" if name.endswith(HELD) else _NUMBER if name in NUMBERS else ".+?"
        parts.append(re.escape(pattern[at : place.start()]))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{some})")
        seen.add(name)
        at = place.end()
    return re.compile("".join(parts) + re.escape(pattern[at:]), re.DOTALL)


@lru_cache(maxsize=10_000)
def recognised(text: str) -> tuple[str, dict[str, str]]:
    """The pattern and values of a sentence of ours that was kept as plain text.

    For what a table keeps or a confined reader answers. Never for what somebody typed: a name
    that happens to be a word of the pages would be shown as that word.
    """
    weak: tuple[str, dict[str, str]] = text, {}
    if text not in sentences():
        for beginning, words, expression, pattern in _forms():
            may = text.startswith(beginning) and all(each in text for each in words)
            match = expression.fullmatch(text) if may else None
            values = match.groupdict() if match else {}
            if not match or not _holds_ours(pattern, values):
                continue
            if not runs_over(values):
                return pattern, values
            weak = weak if weak[1] else (pattern, values)
    return weak


def _holds_ours(pattern: str, values: Mapping[str, str]) -> bool:
    """Whether a pattern of hardly any words may be meant: only if its sentences are ours."""
    if len(_LETTER.findall(_PLACES.sub("", pattern))) >= FEW:
        return True
    held = [value for name, value in values.items() if name.endswith(HELD) and value]
    parts = [part for value in held for part in re.split("[、・]", value)]
    return all(each in sentences() or recognised(each)[1] for each in parts)


def runs_over(values: Mapping[str, str]) -> bool:
    """Whether a value holds the end of a sentence or half a bracket: another pattern is meant."""
    ends = any("。" in value for name, value in values.items() if not name.endswith(HELD))
    return ends or not all(_is_balanced(value) for value in values.values())


def _is_balanced(text: str) -> bool:
    depths = {"「": 0, "（": 0}
    for letter in text:
        opening = {"」": "「", "）": "（"}.get(letter, letter)
        if opening in depths:
            depths[opening] += 1 if letter == opening else -1
            if depths[opening] < 0:
                return False
    return not any(depths.values())
