"""How a kind of thing looks: a colour with a pattern, so that no colour says it alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Look(enum.StrEnum):
    """``pictures.html`` has a pattern of each name, ``pictures.css`` its colours."""

    OK = "ok"
    WAIT = "wait"
    BAD = "bad"
    DOUBT = "doubt"
    BACK = "back"
    INFO = "info"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing that is counted: its key in the figures, its name, how it looks."""

    key: str
    name: str
    look: Look
