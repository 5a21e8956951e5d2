"""What is told of each gateway or mail program, and what its rule makes of a mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eventmail.gateway.judging import is_outside, outside
from eventmail.gateway.reading import Reading
from eventmail.gateway.rule import Rule
from eventmail.language import said

TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Seen:
    """How many addresses a rule counts in a mail, and where, if not in all of To and Cc."""

    count: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One gateway or mail program: its rule, and how it is put in, tried and taken out.

    ``relies_on``: the version, and where its syntax is described. ``tried``: how the suite tries
    it. ``blind``: what it cannot see. ``stops``: whether it refuses by itself, or asks a person.
    """

    key: str
    name: str
    relies_on: str
    tried: str
    filename: str
    write: Callable[[Rule], str]
    sees: Callable[[Reading, Rule], Seen]
    place: tuple[str, ...]
    trial: tuple[str, ...]
    blind: tuple[str, ...]
    removal: tuple[str, ...]
    mimetype: str = TEXT
    encoding: str = "utf-8"
    newline: str = "\n"
    stops: bool = True

    def content(self, rule: Rule) -> bytes:
        """The file that is downloaded."""
        return self.write(rule).replace("\n", self.newline).encode(self.encoding)

    def refuses(self, found: Reading, rule: Rule) -> bool:
        """Whether its rule stops this mail."""
        return self.sees(found, rule).count > rule.limit


def all_of_them(found: Reading, rule: Rule) -> Seen:
    """To and Cc together, however many headers they are."""
    return Seen(sum(len(outside(line, rule.own)) for line in found.lines))


def fullest_header(found: Reading, rule: Rule) -> Seen:
    """Each header by itself: what counts is the one with the most."""
    counts = [(len(outside(line, rule.own)), line.name) for line in found.lines]
    return _most(counts)


def fullest_by_pattern(found: Reading, rule: Rule) -> Seen:
    """The same, by a pattern that knows no quotes."""
    return _most([(_tokens(line.tokens, rule), line.name) for line in found.lines])


def by_pattern(found: Reading, rule: Rule) -> Seen:
    """To and Cc together, by a pattern that knows no quotes."""
    return Seen(sum(_tokens(line.tokens, rule) for line in found.lines))


def own_ones_too(found: Reading, rule: Rule) -> Seen:
    """All in To and Cc, one's own as well."""
    return Seen(sum(len(line.addresses) for line in found.lines), said("所内の宛先も数えます"))


def _tokens(domains: tuple[str, ...], rule: Rule) -> int:
    return sum(is_outside(each, rule.own) for each in domains)


def _most(counts: list[tuple[int, str]]) -> Seen:
    if not counts:
        return Seen(0)
    count, name = max(counts)
    where = said(
        "1つのヘッダーの中だけを数えます（いちばん多いのは{name}）", name=name.capitalize()
    )
    return Seen(count, where if len(counts) > 1 else "")
