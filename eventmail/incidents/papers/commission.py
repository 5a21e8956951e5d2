"""個人情報保護委員会への報告事項: the nine items of the rules, as 速報 or as 確報."""

from __future__ import annotations

from eventmail.clock import japanese_date, japanese_moment
from eventmail.incidents.papers import words
from eventmail.incidents.papers.items import ITEMS, VARIANT_NAMES, Variant
from eventmail.incidents.papers.sentences import causes, handled, lines, measures, overview
from eventmail.incidents.papers.values import Facts, Published
from eventmail.papers.paper import Line, Paper, Section, Style, as_printed


def first(facts: Facts) -> Paper:
    """速報: what is known so far."""
    return _paper(facts, Variant.FIRST)


def final(facts: Facts) -> Paper:
    """確報."""
    return _paper(facts, Variant.FINAL)


def _paper(facts: Facts, variant: Variant) -> Paper:
    items = ITEMS[facts.law]
    name = VARIANT_NAMES[variant]
    told = (
        *(_overview(facts), _data(facts), _persons(facts), causes(facts)),
        *(_harm(facts), handled(facts), _published(facts), measures(facts), _reference(facts)),
    )
    parts = tuple(
        Section(f"{number}　{title}", tuple(found), _style(found))
        for number, (title, found) in enumerate(zip(items.titles, told, strict=True), start=1)
    )
    when = Section(
        "報告する者と根拠",
        (
            Line(facts.office, "報告する者"),
            Line(items.cited[variant], "根拠"),
            Line(japanese_moment(facts.noticed_at), "知った日時"),
            Line(japanese_date(facts.written_on), "作成日"),
        ),
    )
    title = words.COMMISSION_TITLE.format(variant=name)
    foot = words.COMMISSION_FOOT.format(variant=name)
    return as_printed(Paper(title, facts.office, (when, *parts), foot, ""))


def _style(found: list[Line]) -> Style:
    return Style.NUMBERED if len(found) > 1 else Style.TEXT


def _overview(facts: Facts) -> list[Line]:
    return overview(facts, facts.office)


def _data(facts: Facts) -> list[Line]:
    return [Line(words.ITEM_DATA.format(persons=facts.persons, others=facts.others))]


def _persons(facts: Facts) -> list[Line]:
    template = words.ITEM_PERSONS_OPEN if facts.unconfirmed else words.ITEM_PERSONS
    return [Line(template.format(persons=facts.persons))]


def _harm(facts: Facts) -> list[Line]:
    return lines(facts.written.second_harm) or [Line(words.UNKNOWN)]


def _published(facts: Facts) -> list[Line]:
    written = facts.written
    day = japanese_date(written.published_on) if written.published_on else words.UNKNOWN
    template = words.PUBLISHED[Published(written.published)]
    return [Line(template.format(day=day))]


def _reference(facts: Facts) -> list[Line]:
    return lines(facts.written.reference) or [Line(words.NOTHING)]
