"""The rule in one's own numbers and words: what every target's text is made from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

FEWEST, USUAL, MOST = 1, 4, 50
MOST_DOMAINS, LONGEST_TEXT, LONGEST_URL = 20, 200, 150
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})+\Z")
# No quote, no space, no sign that any of the languages takes for its own.
URL = re.compile(r"https?://[A-Za-z0-9.-]{1,100}(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]{0,100})?\Z")
JAPANESE = (
    "外部の宛先が{refused}件以上、ToかCcに入っているため、送信を止めました。"
    "参加者への一斉の案内は {url} から送ってください。"
)
ENGLISH = "More than {limit} external addresses in To/Cc, so it was not sent. Please use {url}"


@dataclass(frozen=True, slots=True)
class Rule:
    """More than ``limit`` addresses outside of ``own`` domains (A-labels) in To and Cc: refuse.

    ``japanese`` and ``english`` are what the sender is told, complete, each in one line.
    """

    limit: int
    own: tuple[str, ...]
    url: str
    japanese: str
    english: str

    @property
    def refused(self) -> int:
        """The smallest number that is refused."""
        return self.limit + 1

    @property
    def written(self) -> tuple[str, ...]:
        """The own domains as they may stand in a header: A-labels, and U-labels if they differ."""
        return tuple(dict.fromkeys(each for own in self.own for each in (own, as_shown(own))))


def made(limit: int, own: tuple[str, ...], url: str, japanese: str = "", english: str = "") -> Rule:
    """A rule with the ready words wherever none are given; both always say where to go."""
    words = {"limit": limit, "refused": limit + 1, "url": url}
    return Rule(
        limit,
        own,
        url,
        _with(url, japanese or JAPANESE.format(**words)),
        _with(url, english or ENGLISH.format(**words)),
    )


def _with(url: str, text: str) -> str:
    return text if url in text else f"{text} {url}"


def as_domain(text: str) -> str:
    """A domain in A-labels and lower case, from what somebody typed. Raises ``ValueError``."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("@").rstrip(".")
    found = compared(plain)
    if not DOMAIN.match(found):
        raise ValueError(text)
    return found


def compared(domain: str) -> str:
    """A domain as it is compared: lower case, A-labels, no dot at its end."""
    plain = domain.strip().rstrip(".").lower()
    if plain.isascii():
        return plain
    try:
        return plain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return plain


def as_shown(domain: str) -> str:
    """The domain with its international letters."""
    try:
        return domain.encode("ascii").decode("idna").lower()
    except UnicodeError:
        return domain
