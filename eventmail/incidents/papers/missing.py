"""What a paper still lacks, and the page on which it is written. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eventmail.incidents.papers.kinds import Kind
from eventmail.incidents.papers.values import Facts, Level, Published
from eventmail.language import said

NOTES, CALLS = "incident_papers.notes", "incident_calls.index"
EXPOSURE, MEASURES = "incidents.exposure", "incident_record.measures"
ALL = frozenset(Kind)
COMMISSION = frozenset({Kind.FIRST, Kind.FINAL})


@dataclass(frozen=True, slots=True)
class Missing:
    """One sentence, and where to mend it."""

    sentence: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Rule:
    """``says`` gives the sentence, or nothing where nothing is missing."""

    kinds: frozenset[Kind]
    endpoint: str
    says: Callable[[Facts], str]


def _left(facts: Facts) -> str:
    return (
        said("まだ電話で説明できていない事業所が{waiting}社あります。", waiting=facts.waiting)
        if facts.waiting
        else ""
    )


def _unconfirmed(facts: Facts) -> str:
    count = facts.unconfirmed
    return (
        said("個人を識別できるかを確かめていないアドレスが{count}件あります。", count=count)
        if count
        else ""
    )


def _not_apologised(facts: Facts) -> str:
    count = facts.settled.reached - facts.settled.apologised
    return said("おわびした記録のない事業所が{count}社あります。", count=count) if count > 0 else ""


def _publication(facts: Facts) -> str:
    if facts.written.published is Published.UNDECIDED:
        return said("公表するかどうかがまだ書かれていません。")
    undated = facts.written.published is Published.YES and facts.written.published_on is None
    return said("公表する日がまだ書かれていません。") if undated else ""


def _not_public(facts: Facts) -> str:
    return said("公表しないことになっています。") if facts.written.published is Published.NO else ""


def _unless(found: Callable[[Facts], object], sentence: str) -> Callable[[Facts], str]:
    return lambda facts: "" if found(facts) else sentence


RULES = (
    Rule(
        ALL,
        EXPOSURE,
        _unless(
            lambda facts: facts.mails, said("アドレスを表示したメールがまだ登録されていません。")
        ),
    ),
    Rule(ALL - {Kind.FIRST}, EXPOSURE, _unconfirmed),
    Rule(ALL, MEASURES, _unless(lambda facts: facts.causes, said("原因がまだ書かれていません。"))),
    Rule(
        frozenset({Kind.INTERNAL, Kind.FINAL, Kind.PRESS}),
        MEASURES,
        _unless(lambda facts: facts.measures, said("再発防止策がまだ書かれていません。")),
    ),
    Rule(
        frozenset({Kind.PRESS}),
        MEASURES,
        _unless(
            lambda facts: not facts.measures or facts.measures_of(Level.OFFICE),
            said("所の再発防止策がまだ書かれていません。"),
        ),
    ),
    Rule(frozenset({Kind.INTERNAL, Kind.FINAL, Kind.PRESS}), CALLS, _left),
    Rule(frozenset({Kind.FINAL, Kind.PRESS}), CALLS, _not_apologised),
    Rule(
        COMMISSION | {Kind.PRESS},
        NOTES,
        _unless(
            lambda facts: facts.written.second_harm, said("二次被害についてまだ書かれていません。")
        ),
    ),
    Rule(COMMISSION | {Kind.PRESS}, NOTES, _publication),
    Rule(frozenset({Kind.PRESS}), NOTES, _not_public),
    Rule(
        frozenset({Kind.PRESS}),
        NOTES,
        _unless(
            lambda facts: facts.written.contact, said("お問い合わせ先がまだ書かれていません。")
        ),
    ),
)


def missing(facts: Facts, kind: Kind) -> list[Missing]:
    """Everything that this paper lacks, in the order of its sections."""
    found = ((rule, rule.says(facts)) for rule in RULES if kind in rule.kinds)
    return [Missing(sentence, rule.endpoint) for rule, sentence in found if sentence]
