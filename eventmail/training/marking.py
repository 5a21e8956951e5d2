"""What answers are worth: pure functions of a paper and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eventmail.errors import UserError
from eventmail.language import listed, said
from eventmail.training.papers import Paper, Question, Reply, Sort

MISSING = said(
    "答えていない問いが{count}問あります（{numbers}）。すべてに答えてから送信してください。"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """``score`` of ``total``, and whether that is enough. A filled-in checklist always is."""

    score: int
    total: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One question with what was answered, for the page afterwards."""

    number: int
    question: Question
    answer: str
    good: bool

    @property
    def answer_text(self) -> str:
        """The chosen words."""
        return dict(self.question.choices).get(self.answer, "")

    @property
    def right_text(self) -> str:
        """The right choice's words; empty on a checklist."""
        return dict(self.question.choices).get(self.question.right or "", "")


def complete(paper: Paper, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers to exactly the paper's questions; :class:`UserError` naming what is missing."""
    missing = [
        number
        for number, each in enumerate(paper.questions, 1)
        if answers.get(each.id) not in dict(each.choices)
    ]
    if missing:
        numbers = listed((said("問{number}", number=each) for each in missing[:5]), said("、"))
        more = said("ほか") if len(missing) > 5 else ""
        raise UserError(MISSING.format(count=len(missing), numbers=numbers + more))
    return {each.id: answers[each.id] for each in paper.questions}


def mark(paper: Paper, answers: Mapping[str, str]) -> Mark:
    """What complete answers are worth."""
    told = told_of(paper, answers)
    if paper.sort is Sort.CHECKLIST:
        counted = [each for each in told if each.answer != Reply.NOT_APPLICABLE]
        return Mark(sum(each.good for each in counted), len(counted), True)
    score = sum(each.good for each in told)
    return Mark(score, len(told), score >= (paper.pass_mark or len(told)))


def told_of(paper: Paper, answers: Mapping[str, str]) -> list[Told]:
    """Every question with its answer."""
    return [
        Told(number, each, answers[each.id], _good(each, answers[each.id]))
        for number, each in enumerate(paper.questions, 1)
    ]


def _good(question: Question, answer: str) -> bool:
    return answer != Reply.NO if question.right is None else answer == question.right
