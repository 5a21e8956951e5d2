"""Places in a text where an address may stand, whatever stands right beside it.

Every ``@`` gives a site: the characters before and after it that an address could use, where
white space and quotes (a line break, a run of letters cut by markup) count as gaps that may lie
inside an address. Only a candidate that equals a known address ever counts, so a site may be
generous without raising a false alarm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import idna

LONGEST_LOCAL = 64
LONGEST_DOMAIN = 253  # what EmailAddress takes: no address of a roster may be out of sight
_LOCAL = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-"
)
_QUOTES = frozenset('"\\“”„')
_AT = re.compile("@")
# What neither belongs to an address nor is a gap: \w and \s are what isalnum and isspace say.
_GAPS = r"\s" + re.escape("".join(sorted(_QUOTES)))
_LEFT_END = re.compile(f"[^{re.escape(''.join(sorted(_LOCAL)))}{_GAPS}]")
_RIGHT_END = re.compile(rf"[^\w.\-{_GAPS}]")
_AROUND = 2 * LONGEST_DOMAIN + 4  # a domain in spaced letters
MOST_GAPS = 3


@dataclass(frozen=True, slots=True)
class Site:
    """What stands around one ``@``, in lower case and without its gaps.

    ``starts`` and ``ends`` are the offsets in ``left`` and ``right`` where an address may begin
    and end; ``near_start`` and ``near_end`` bound what stands there without a gap.
    """

    left: str
    starts: tuple[int, ...]
    near_start: int
    right: str
    ends: tuple[int, ...]
    near_end: int

    def candidates(self) -> Iterator[tuple[int, int, str]]:
        """Every (start, end, address) this site could be read as, the widest first."""
        domains = [(end, _domain(self.right[:end])) for end in reversed(self.ends)]
        for start in self.starts:
            local = self.left[start:]
            for end, domain in domains:
                if domain:
                    yield start, end, f"{local}@{domain}"

    def plain(self) -> str:
        """The address as it stands, without looking over gaps or inside longer words."""
        return f"{self.left[self.near_start :]}@{self.right[: self.near_end].rstrip('.-')}"

    def to_json(self) -> list[Any]:
        """As plain lists, for the way out of a child process."""
        return [self.left, self.starts, self.near_start, self.right, self.ends, self.near_end]

    @classmethod
    def from_json(cls, value: list[Any]) -> Site:
        """The site that :meth:`to_json` wrote."""
        left, starts, near_start, right, ends, near_end = value
        return cls(left, tuple(starts), near_start, right, tuple(ends), near_end)


def shows(site: Site, known: Container[str], allowed: Collection[str]) -> bool:
    """Whether ``site`` can be read as an address in ``known`` that is not in ``allowed``.

    An allowed address that stands there in one piece explains everything inside it:
    ``ken.tanaka@…`` is not a mention of ``tanaka@…``.
    """
    explained: list[tuple[int, int]] = []
    for start, end, address in site.candidates():
        if address in allowed:
            if start >= site.near_start and end <= site.near_end:
                explained.append((start, end))
        elif address in known and not any(s <= start and end <= e for s, e in explained):
            return True
    return False


def sites(text: str) -> Iterator[Site]:
    """All sites of ``text``. Give it a text already folded by ``views.fold``."""
    before: set[tuple[str, str]] = set()  # the same words again make the same site
    for found in _AT.finditer(text):
        at = found.start()
        left = _reach(text[max(0, at - _AROUND) : at][::-1], _LEFT_END)
        right = _reach(text[at + 1 : at + 1 + _AROUND], _RIGHT_END)
        if (left, right) in before:
            continue
        before.add((left, right))
        site = _site_between(left, right)
        if site is not None:
            yield site


def _reach(text: str, end: re.Pattern[str]) -> str:
    """What can be read from the ``@`` on: up to the first sign at which :func:`_run` must stop."""
    stop = end.search(text)
    return text[: stop.end()] if stop else text


@lru_cache(maxsize=1024)  # the office's own address is in each mail of a mailing
def _site_between(leftwards: str, right: str) -> Site | None:
    before = _run(leftwards, _LOCAL.__contains__, LONGEST_LOCAL)
    behind = _run(right, _in_domain, LONGEST_DOMAIN)
    return _site(before, behind) if before.text and "." in behind.text else None


class _Run(NamedTuple):
    text: str
    gaps: set[int]  # how many characters from the "@" a gap lies
    glued: bool  # up to another "@": two addresses with nothing between them


def _run(text: str, belongs: Callable[[str], bool], limit: int) -> _Run:
    """What stands on one side of the ``@``, read away from it."""
    chars: list[str] = []
    gaps: set[int] = set()
    glued = False
    for char in text:
        if belongs(char):
            chars.append(char)
        elif not (char.isspace() or char in _QUOTES):
            glued = char == "@"
            break
        elif len(gaps) >= MOST_GAPS and len(chars) > 2 * len(gaps):
            break  # words, and not the spaced letters of one address
        else:
            gaps.add(len(chars))
        if len(chars) == limit:
            break
    return _Run("".join(chars), gaps, glued)


def _in_domain(char: str) -> bool:
    return char.isalnum() or char in ".-_"


def _site(left: _Run, right: _Run) -> Site:
    size = len(left.text)
    backwards = left.text[::-1]
    gaps = sorted(size - gap for gap in left.gaps)
    starts = {0, *gaps, *_edges(backwards, left.glued)} - {size}
    ends = {len(right.text), *right.gaps, *_edges(right.text, right.glued)}
    return Site(
        left=backwards.lower(),
        starts=tuple(sorted(starts)),
        near_start=max((gap for gap in gaps if gap < size), default=0),
        right=right.text.lower(),
        ends=tuple(sorted(ends)),
        near_end=min((gap for gap in right.gaps if gap), default=len(right.text)),
    )


@lru_cache(maxsize=4096)  # as for _label
def _edges(text: str, everywhere: bool) -> frozenset[int]:
    return frozenset(n for n, pair in enumerate(pairwise(text), 1) if everywhere or _edge(*pair))


def _edge(one: str, two: str) -> bool:
    """Whether a word could end between two characters: letters, digits, case, script change."""
    return _class(one) != _class(two) or not (one.isalnum() and two.isalnum())


def _class(char: str) -> tuple[bool, bool, bool]:
    return char.isascii(), char.isdigit(), char.isupper()


@lru_cache(maxsize=4096)  # the words behind an address are the same in each mail of a mailing
def _domain(text: str) -> str:
    """The domain in lower case and A-labels, or nothing if it cannot be one."""
    domain = text.rstrip(".-_")
    if len(domain) != len(text) or "." not in domain:
        return ""
    if domain.isascii():
        return domain
    labels = [_label(each) for each in domain.split(".")]
    return ".".join(labels) if all(labels) else ""


@lru_cache(maxsize=4096)  # "exampleへお送りします" is the same in each mail of a mailing
def _label(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except UnicodeError:  # idna's own errors are of this kind
        return ""
