"""What has been found in a file so far, within bounds."""

from __future__ import annotations

from dataclasses import dataclass, field

from eventmail.language import said
from eventmail.scanning.report import Hidden, Passage, Trace

MOST_CHARACTERS = 2_000_000
MOST_HIDDEN = 2_000
LONGEST_DETAIL = 60


class TooMuchText(Exception):
    """The file says more than is kept of one."""


@dataclass(slots=True)
class _Kept:
    hidden: dict[Hidden, None] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    characters: int = 0


@dataclass(slots=True)
class Inventory:
    """Hidden things and passages of one file, or of one inside it (``names`` lead there)."""

    names: tuple[str, ...] = ()
    _kept: _Kept = field(default_factory=_Kept)

    def inside(self, name: str) -> Inventory:
        """The same inventory, for a file inside this one: places name it."""
        return Inventory((*self.names, name), self._kept)

    def hide(self, what: Trace, where: str, detail: str = "", usual: bool = False) -> None:
        """Note something that a reader does not see."""
        if len(self._kept.hidden) < MOST_HIDDEN:
            told = " ".join(detail.split())
            short = told if len(told) <= LONGEST_DETAIL else told[:LONGEST_DETAIL] + "…"
            self._kept.hidden[Hidden(what, self._placed(where), short, usual)] = None

    def say(self, where: str, text: str, under: str = "") -> None:
        """Note a piece of text. Raises :class:`TooMuchText`."""
        told = text.strip()
        if not told:
            return
        self._kept.characters += len(told)
        if self._kept.characters > MOST_CHARACTERS:
            raise TooMuchText
        place = self._placed(where)
        self._kept.passages.append(Passage(place, told, self._placed(under) if under else place))

    def _placed(self, where: str) -> str:
        for name in reversed(self.names):
            where = said("「{file}」の{place_said}", file=name, place_said=where)
        return where

    @property
    def hidden(self) -> tuple[Hidden, ...]:
        """All hidden things, each once."""
        return tuple(self._kept.hidden)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages in their order."""
        return tuple(self._kept.passages)


def row_spans(found: list[int]) -> list[str]:
    """``[2, 3, 4, 9]`` as 「2〜4行目」「9行目」."""
    runs: list[list[int]] = []
    for each in sorted(set(found)):
        if runs and each == runs[-1][-1] + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    return [
        said("{number}行目", number=run[0])
        if len(run) == 1
        else said("{first}〜{last}行目", first=run[0], last=run[-1])
        for run in runs
    ]
