"""What a scan of one file tells: plain values, kept as JSON beside the file's digest."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Trace(enum.StrEnum):
    """What a file can carry without showing it."""

    SHEET = "sheet"
    ROW = "row"
    COLUMN = "column"
    PIVOT_CACHE = "pivot_cache"
    COMMENT = "comment"
    TRACKED_CHANGE = "tracked_change"
    PROPERTY = "property"
    HIDDEN_TEXT = "hidden_text"
    HIDDEN_SLIDE = "hidden_slide"
    NOTES = "notes"
    COVERED_TEXT = "covered_text"
    EXTERNAL_LINK = "external_link"
    EMBEDDED = "embedded"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something that a reader does not see at first; ``where`` in words (「シート「内部」」)."""

    what: Trace
    where: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the file's text; ``where`` in words (「3ページ」「シート「案内」のB12」)."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Scan:
    """One file as scanned. ``unscannable`` is an English code where there is no answer.

    ``pages`` counts pages, sheets or slides; None where the kind has none. ``addresses`` are the
    mail addresses found anywhere in it, hidden places included, each once, in lower case.
    """

    kind: str
    pages: int | None = None
    hidden: tuple[Hidden, ...] = ()
    passages: tuple[Passage, ...] = ()
    addresses: tuple[str, ...] = ()
    unscannable: str = ""
