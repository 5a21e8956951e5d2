"""What the faulty sink does at which verb: rules, tried in order, each with its own dice."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

# DOT is the whole mail before it is taken, TAKEN the moment after that, before the reply.
PLACES = (
    "GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT", "DOT", "TAKEN", "RSET",
)  # fmt: skip
DEEDS = ("say", "drop", "stall", "hang", "garbage", "long")


@dataclass(slots=True)
class Rule:
    """At ``at`` do ``do``: for this share of the commands, this many times, where ``only`` fits.

    ``say`` gives the reply ``words``, ``drop`` hangs up, ``stall`` waits ``seconds`` and goes on,
    ``hang`` waits and hangs up, ``garbage`` and ``long`` say what is no reply. ``once`` does it
    to each argument only the first time it comes: greylisting.
    """

    at: str
    do: str
    words: str = ""
    seconds: float = 0.0
    share: float = 1.0
    times: int | None = None
    only: str = ""
    once: bool = False
    seed: int = 0
    dice: random.Random = field(default_factory=random.Random)
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.at not in PLACES or self.do not in DEEDS:
            raise ValueError(f"no such rule: {self.do} at {self.at}")
        if self.do == "say" and (not self.words or (self.at == "DOT" and self.words[0] == "2")):
            raise ValueError("a mail that was not taken is not told so, and nothing says nothing")
        self.dice.seed(self.seed)

    def fits(self, argument: str) -> bool:
        """Whether it is to be done now; counts if so."""
        if self.times == 0 or not re.search(self.only, argument):
            return False
        if self.once and argument in self.met:
            return False
        if self.dice.random() >= self.share:
            return False
        self.met.add(argument)
        if self.times is not None:
            self.times -= 1
        return True


class Rules:
    """All rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, told: dict[str, Any]) -> None:
        """One more, as JSON tells it."""
        self._rules.append(Rule(**told))

    def clear(self) -> None:
        """None."""
        self._rules.clear()

    def at(self, place: str, argument: str = "") -> Rule | None:
        """What to do there, if anything."""
        fitting = (each for each in self._rules if each.at == place and each.fits(argument))
        return next(fitting, None)
