"""What a check finds: one sentence, and the next step unless all is well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from eventmail.language import Said, said


class State(StrEnum):
    """How it stands. Only what is broken makes the command end with 1."""

    GOOD = "good"
    LOOK = "look"
    BROKEN = "broken"


STATES: dict[State, Said] = {
    State.GOOD: said("良好"),
    State.LOOK: said("要確認"),
    State.BROKEN: said("故障"),
}
LONGEST = 400
_LOCAL_PART = re.compile(r"[^\s<>\"'@]+@")


@dataclass(frozen=True, slots=True)
class Finding:
    """``found`` says what is so; ``todo`` is there exactly where something is to be done."""

    state: State
    found: str
    todo: str = ""

    def __post_init__(self) -> None:
        if bool(self.todo) == (self.state is State.GOOD):
            raise ValueError("a next step, unless all is well")


def good(found: str) -> Finding:
    """All is well."""
    return Finding(State.GOOD, found)


def look(found: str, todo: str) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(State.LOOK, found, todo)


def broken(found: str, todo: str) -> Finding:
    """It does not work, or lets others see what they must not."""
    return Finding(State.BROKEN, found, todo)


def quoted(words: str) -> str:
    """Another server's words, short, and without anybody's address."""
    return _LOCAL_PART.sub("…@", printed(" ".join(words.split()), 200))


def printed(words: str, most: int = LONGEST) -> str:
    """Words of others as they may stand on a screen: not endless, and no control characters."""
    plain = "".join(each for each in words if each.isprintable())
    return plain if len(plain) <= most else plain[:most] + "…"
