"""The parts that several papers share, in sentences. Pure functions of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from eventmail.clock import in_tokyo, japanese_date
from eventmail.incidents.papers import words
from eventmail.incidents.papers.values import Facts, Happening, Level, Measure, Wave
from eventmail.papers.paper import Line


def overview(facts: Facts, office: str) -> list[Line]:
    """What happened, in two sentences."""
    day = japanese_date(facts.sent_on) if facts.sent_on else words.UNKNOWN
    known = all(place in words.FIELD_NAMES for place in facts.fields) and facts.fields
    sent = words.OVERVIEW_SENT if known else words.OVERVIEW_SENT_OTHERWISE
    fields = "".join(words.FIELD_NAMES.get(place, "") for place in facts.fields)
    shown = {"addresses": facts.addresses, "persons": facts.persons, "others": facts.others}
    return [
        Line(
            sent.format(
                day=day,
                office=office,
                companies=facts.companies,
                fields=fields,
                mails=_mails(facts),
            )
        ),
        Line(words.OVERVIEW_SHOWN.format(**shown)),
    ]


def course(facts: Facts) -> list[Line]:
    """事実経過: the chronology without names, each day named once; 確認中 while it is empty."""
    steps = [each for each in facts.chronology if each.course]
    told = [Line(f"{day}、{text}") for day, text in _dated(steps)]
    return told or [Line(words.UNKNOWN)]


def causes(facts: Facts) -> list[Line]:
    """発生原因; 確認中 while none is written."""
    return [Line(each.public) for each in facts.causes] or [Line(words.UNKNOWN)]


def measures(facts: Facts) -> list[Line]:
    """再発防止策 by who takes them; 確認中 while none is written."""
    found = []
    for level, name in words.LEVELS.items():
        taken = facts.measures_of(level)
        found += [Line(name)] if taken else []
        found += [Line(measure(each), level=1) for each in taken]
    return found or [Line(words.UNKNOWN)]


def measure(each: Measure) -> str:
    """One measure and its day."""
    if each.on is None:
        return each.told.public
    template = words.DONE if each.done else words.UNTIL
    return each.told.public + template.format(day=japanese_date(each.on))


def level_of(level: Level) -> str:
    """Who takes a measure, in words."""
    return words.LEVELS[level]


def handled(facts: Facts) -> list[Line]:
    """What was done for the companies, in numbers of now, and the mails that put it right."""
    done = facts.settled
    told = words.HANDLED.format(
        companies=facts.companies, reached=done.reached, agreed=done.deletion_agreed
    )
    waiting = words.WAITING.format(waiting=facts.waiting) if facts.waiting else ""
    return [Line(told + waiting), *(Line(_wave(each)) for each in facts.corrections)]


def _wave(wave: Wave) -> str:
    day = japanese_date(in_tokyo(wave.at).date())
    return words.CORRECTED.format(day=day, count=wave.count)


def lines(text: str) -> list[Line]:
    """What somebody typed, line by line, without empty ones at its ends."""
    return [Line(each) for each in text.strip().splitlines()]


def _mails(facts: Facts) -> str:
    """2通（各15件、計30件）."""
    shown = [each.shown for each in facts.mails]
    if len(shown) > 1 and len(set(shown)) == 1:
        parts = [words.EQUAL.format(shown=shown[0])]
    else:
        parts = [words.UNEQUAL.format(shown=each) for each in shown]
    if len(shown) > 1 and sum(shown) == facts.addresses:
        parts.append(words.TOTAL.format(total=facts.addresses))
    return words.MAILS.format(count=len(shown), each="、".join(parts))


def _dated(steps: Sequence[Happening]) -> Iterable[tuple[str, str]]:
    last: date | None = None
    for each in sorted(steps, key=lambda step: step.at):
        day = in_tokyo(each.at).date()
        yield ("同日" if day == last else japanese_date(day)), each.told.public
        last = day
