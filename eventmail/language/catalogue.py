"""The English of every sentence: one .po file for each folder of the service, read when asked for.

The files are read as they are (with Babel): there is nothing to compile and nothing to go stale.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

HERE = Path(__file__).parent / "en"
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
def _forms() -> list[tuple[str, re.Pattern[str], str]]:
    """Patterns with places, most telling first: what they begin with, and how to read them."""
    found = [each for each in sentences() if _PLACES.search(each)]
    found.sort(key=lambda each: -len(_PLACES.sub("", each)))
    return [(each[: each.index("{")], _as_expression(each), each) for each in found]


def _as_expression(pattern: str) -> re.Pattern[str]:
    parts, seen, at = [], set[str](), 0
    for place in _PLACES.finditer(pattern):
        name = place.group(1)
        parts.append(re.escape(pattern[at : place.start()]))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
        seen.add(name)
        at = place.end()
    return re.compile("".join(parts) + re.escape(pattern[at:]), re.DOTALL)


def recognised(text: str) -> tuple[str, dict[str, str]]:
    """The pattern and values of a sentence of ours that was kept as plain text.

    For what a table keeps or a confined reader answers. Never for what somebody typed: a name
    that happens to be a word of the pages would be shown as that word.
    """
    if text not in sentences():
        for beginning, expression, pattern in _forms():
            match = expression.fullmatch(text) if text.startswith(beginning) else None
            if match:
                return pattern, match.groupdict()
    return text, {}
