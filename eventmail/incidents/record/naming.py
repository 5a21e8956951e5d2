"""The same words for others: no name of staff or of a company, each by one letter throughout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

STAFF, COMPANY = "職員", "事業所"
HONORIFICS = "さん|氏|様|君|主任|係長|課長|次長|所長|部長|統括|主事|上席|職員|指導官"
FORMS = re.compile(
    "^(?:株式会社|有限会社|合同会社|合資会社|合名会社|医療法人(?:社団|財団)?|社会福祉法人|学校法人|"
    "一般社団法人|一般財団法人|公益社団法人|公益財団法人|特定非営利活動法人)|"
    "(?:株式会社|有限会社|合同会社)$|[（(][株有][)）]"
)
BLANK = re.compile(r"[\s　]+")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHORTEST = 2


def letter(number: int) -> str:
    """A, B, … Z, AA, AB, …"""
    more, last = divmod(number, len(LETTERS))
    return (letter(more - 1) if more else "") + LETTERS[last]


class Anonymous:
    """Takes names out of texts. Whoever comes first is A, in every text of the same incident.

    Letters that somebody has already given by hand (職員A) are not given to anybody else.
    """

    def __init__(
        self, staff: Iterable[str], companies: Iterable[str], texts: Iterable[str] = ()
    ) -> None:
        self._taken = set(re.findall(f"(?:{STAFF}|{COMPANY})[A-Z]+", " ".join(texts)))
        self._given: dict[str, str] = {}
        self._of, self._pattern = _sought(tuple(staff), tuple(companies))

    def __call__(self, text: str) -> str:
        """The text without the names."""
        if self._pattern is None:
            return text
        return self._pattern.sub(self._instead, text)

    def _instead(self, match: re.Match[str]) -> str:
        kind, name = self._of[match.group()]
        key = f"{kind}:{name}"
        if key not in self._given:
            self._given[key] = self._next(kind)
        return self._given[key]

    def _next(self, kind: str) -> str:
        used = self._taken | set(self._given.values())
        number = 0
        while f"{kind}{letter(number)}" in used:
            number += 1
        return f"{kind}{letter(number)}"


@lru_cache(maxsize=8)  # a thousand companies, on each page of an incident
def _sought(
    staff: tuple[str, ...], companies: tuple[str, ...]
) -> tuple[Mapping[str, tuple[str, str]], re.Pattern[str] | None]:
    """Whose each spelling is, and the pattern of all of them, the longest first."""
    words = sorted(_words(staff, companies), key=lambda each: -len(each[2]))
    of = {word: (kind, name) for kind, name, word in reversed(words)}
    found = "|".join(_seen(word) for _, _, word in words)
    return MappingProxyType(of), re.compile(found) if found else None


def _words(staff: Iterable[str], companies: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for kind, names, spelt in ((STAFF, staff, _spellings), (COMPANY, companies, _short)):
        for name in names:
            if name.strip():
                yield from ((kind, name, word) for word in spelt(name))


def _spellings(name: str) -> tuple[str, ...]:
    """Whole, without the blank, and the surname alone."""
    parts = BLANK.split(name.strip())
    whole = {name.strip(), "".join(parts), " ".join(parts), "　".join(parts)}
    return tuple(sorted(whole | {parts[0]}))


def _seen(word: str) -> str:
    """The pattern of a word: one letter alone is a name only where a title follows it."""
    return re.escape(word) + (f"(?={HONORIFICS})" if len(word) < SHORTEST else "")


def _short(company: str) -> tuple[str, ...]:
    """With its legal form and without it."""
    plain = FORMS.sub("", company.strip()).strip()
    return tuple({company.strip(), plain} if len(plain) >= SHORTEST else {company.strip()})
