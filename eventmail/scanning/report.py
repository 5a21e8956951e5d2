"""What a scan of one file tells: plain values, kept as JSON beside the file's digest."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


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
    DEFINED_NAME = "defined_name"
    MACRO = "macro"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something that a reader does not see at first; ``where`` in words (「シート「内部」」).

    ``detail`` is the beginning of what stands there. ``usual`` things are in nearly every file of
    their kind, such as its author's name: good to know, and no reason for an alarm.
    """

    what: Trace
    where: str
    detail: str = ""
    usual: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the file's text; ``where`` in words (「3ページ」「シート「案内」の12行目」).

    ``under`` is the page, sheet or slide that it belongs to, in words.
    """

    where: str
    text: str
    under: str = ""


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

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column, or for the way out of the child."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Scan:
        """What :meth:`to_json` wrote."""
        return cls(
            kind=told["kind"],
            pages=told["pages"],
            hidden=tuple(
                Hidden(**{**each, "what": Trace(each["what"])}) for each in told["hidden"]
            ),
            passages=tuple(Passage(**each) for each in told["passages"]),
            addresses=tuple(told["addresses"]),
            unscannable=told["unscannable"],
        )
