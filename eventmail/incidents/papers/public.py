"""報道発表 and 各所への通知: what others read. No names of staff, none of companies."""

from __future__ import annotations

from eventmail.clock import japanese_date
from eventmail.incidents.papers import words
from eventmail.incidents.papers.sentences import causes, course, lines, measures, overview
from eventmail.incidents.papers.values import Facts
from eventmail.papers.paper import Head, Line, Paper, Section, Style, as_printed


def press(facts: Facts) -> Paper:
    """報道発表, in the form of such offices: 概要, 事実経過, 発生原因, 再発防止策."""
    opening = tuple(
        each.text
        for each in lines(facts.written.introduction)
        or [Line(each.format(office=facts.office)) for each in words.PRESS_OPENING]
    )
    parts = (
        _text(words.PRESS_PARTS[0], [*overview(facts, facts.office), *_harm(facts)]),
        _numbered(words.PRESS_PARTS[1], course(facts)),
        _numbered(words.PRESS_PARTS[2], causes(facts)),
        _numbered(words.PRESS_PARTS[3], measures(facts)),
        _contact(facts),
    )
    head = Head(_day(facts), words.PRESS_ADDRESSEE, opening)
    senders = "\n".join(dict.fromkeys([facts.bureau, facts.office]))
    return as_printed(Paper(words.PRESS_TITLE, senders, parts, "", "", head))


def circular(facts: Facts) -> Paper:
    """各所への通知（注意喚起）, from the bureau; which office it was is not told."""
    parts = (
        _text(words.CIRCULAR_PARTS[0], overview(facts, words.CIRCULAR_OFFICE)),
        _numbered(words.CIRCULAR_PARTS[1], causes(facts)),
        _numbered(words.CIRCULAR_PARTS[2], [Line(each) for each in words.TO_BE_KEPT]),
        _numbered(words.CIRCULAR_PARTS[3], [Line(each) for each in words.WHEN_NOTICED]),
    )
    day = japanese_date(facts.written_on)
    head = Head(day, words.CIRCULAR_ADDRESSEE, words.CIRCULAR_OPENING)
    return as_printed(Paper(words.CIRCULAR_TITLE, facts.bureau, parts, "", "", head))


def _day(facts: Facts) -> str:
    day = facts.written.published_on
    return japanese_date(day) if day else words.NO_DATE


def _harm(facts: Facts) -> list[Line]:
    return lines(facts.written.second_harm)


def _contact(facts: Facts) -> Section:
    return _text(words.CONTACT, lines(facts.written.contact) or [Line(words.UNKNOWN)])


def _text(title: str, found: list[Line]) -> Section:
    return Section(title, tuple(found), Style.TEXT)


def _numbered(title: str, found: list[Line]) -> Section:
    return Section(title, tuple(found), Style.NUMBERED)
