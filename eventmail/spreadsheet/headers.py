"""What a column's header says, by whole headers that we know and by the words in a compound one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from eventmail.spreadsheet.columns import Field, fold
from eventmail.spreadsheet.vocabulary import KNOWN, OTHER, RULES

LONGEST = 20  # characters, folded; what is longer is a sentence and no header
EXACT = 200  # the score of a whole header, less its place among the preferred
COMPOUND = 100  # no compound header reaches this
_IN_BRACKETS = re.compile(r"[(（\[【〔].*", re.DOTALL)


class Hint(NamedTuple):
    """The field a header names, None for a column that nobody needs, and how sure that is."""

    field: Field | None
    score: int


_EXACT = {
    fold(word): Hint(field, EXACT - place)
    for field, words in KNOWN.items()
    for place, word in enumerate(words.split())
} | {fold(word): Hint(None, EXACT) for word in OTHER.split()}


@lru_cache(maxsize=4096)
def hint_of(header: str) -> Hint | None:
    """What a header says; None if it says nothing that we know."""
    folded = fold(header)
    if folded in _EXACT:
        return _EXACT[folded]
    if len(folded) > LONGEST:
        folded = fold(_IN_BRACKETS.sub("", header))
    if not folded or len(folded) > LONGEST:
        return None
    for rule in RULES:
        if rule.words.search(folded) and not (rule.unless and rule.unless.search(folded)):
            return Hint(rule.field, rule.score)
    return None


def field_of(header: str) -> Field | None:
    """The field that a header names, if it names one."""
    hint = hint_of(header)
    return hint.field if hint else None


def is_header_word(text: str) -> bool:
    """Whether a cell reads like a column's header."""
    return bool(text) and hint_of(text) is not None
