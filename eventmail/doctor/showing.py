"""The results as a table for a terminal, and as JSON for programs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from eventmail.doctor.finding import STATES, State
from eventmail.doctor.running import Result
from eventmail.language import said, told
from eventmail.papers.characters import cells

HEADINGS = said("状態"), said("点検したもの"), said("わかったこと")
NEXT = said("次にすること：{todo_said}")
SUM = said("{count}件を点検しました。故障{broken}件、要確認{look}件。")
NARROWEST = 24  # cells that the last column has on any terminal
_PIECES = re.compile(r"[!-~]+ ?|.", re.DOTALL)
HANGING = "。、）」"  # never at the beginning of a line
Parts = tuple[State | None, str, str, str]  # whose colour, state, title, text


def counts(results: Sequence[Result]) -> dict[str, int]:
    """How many stand in each state."""
    counted = Counter(each.finding.state for each in results)
    return {each.value: counted[each] for each in State}


def summed(results: Sequence[Result]) -> str:
    """The sum of it in one sentence."""
    number = counts(results)
    return SUM.format(count=len(results), broken=number["broken"], look=number["look"])


def as_json(results: Sequence[Result]) -> str:
    """Its form is a contract with other programs; the sentences are in the language spoken."""
    checks = [_as_object(each) for each in results]
    return json.dumps({"counts": counts(results), "checks": checks}, ensure_ascii=False, indent=1)


def _as_object(result: Result) -> dict[str, Any]:
    finding = result.finding
    return {
        "name": result.check.name,
        "title": told(result.check.title),
        "state": finding.state.value,
        "found": told(finding.found),
        "todo": told(finding.todo),
        "seconds": round(result.seconds, 2),
    }


def table(results: Sequence[Result], width: int) -> Iterator[Parts]:
    """Lines of three columns, as wide as letters are on a terminal; the next step below."""
    states = [str(told(each)) for each in STATES.values()]
    titles = [str(told(each.check.title)) for each in results]
    first, second, third = (str(told(each)) for each in HEADINGS)
    one, two = (max(map(cells, [head, *column])) for head, column in
                ((first, states), (second, titles)))  # fmt: skip
    rest = max(NARROWEST, width - one - two - 4)
    yield None, padded(first, one), padded(second, two), third
    yield None, "-" * one, "-" * two, "-" * min(rest, cells(third))
    for result in results:
        finding = result.finding
        left = padded(str(told(STATES[finding.state])), one)
        middle = padded(str(told(result.check.title)), two)
        texts = [str(told(finding.found))]
        if finding.todo:
            texts.append("→ " + str(told(NEXT.format(todo_said=finding.todo))))
        for line in (line for text in texts for line in folded(text, rest)):
            yield finding.state, left, middle, line
            left, middle = " " * one, " " * two


def padded(text: str, width: int) -> str:
    """The text and blanks behind it, where a kanji takes two cells."""
    return text + " " * (width - cells(text))


def folded(text: str, width: int) -> list[str]:
    """The text in lines of so many cells; words of Latin letters stay whole where they can."""
    lines, line = list[str](), ""
    for piece in _PIECES.findall(text):
        if line and piece not in HANGING and cells(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]
