"""The words of the pages: written in Japanese, and shown in English to whoever asked for it.

A text of the pages is a :class:`Said`: a Japanese string that also knows its pattern and what was
filled in, so that it can be said again in English where it is shown. Everything before that -
rules, records, mails, exports - handles the Japanese string and knows of no language.
"""

from __future__ import annotations

from eventmail.language.catalogue import english_of, recognised
from eventmail.language.choice import ENGLISH, JAPANESE, in_english, speaking
from eventmail.language.saying import (
    Said,
    behind_each_other,
    listed,
    paired,
    retold,
    said,
    told,
    told_all,
)

__all__ = [
    "ENGLISH",
    "JAPANESE",
    "Said",
    "behind_each_other",
    "english_of",
    "in_english",
    "listed",
    "paired",
    "recognised",
    "retold",
    "said",
    "speaking",
    "told",
    "told_all",
]
