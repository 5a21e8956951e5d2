"""What is odd about a mail domain, and which one was probably meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from eventmail.spreadsheet.domain_tables import (
    COMMON,
    ENDINGS,
    FREE_MAIL,
    KINDS,
    LIKELY_TOPS,
    MISTAKES,
    NEIGHBOURS,
)
from eventmail.spreadsheet.look_alikes import (
    Near,
    ending_cut_off,
    is_latin,
    mixes_scripts,
    plain_twin,
    shown_domain,
    thin,
)

_UNDOTTED = {each.replace(".", ""): each for each in (*COMMON, *FREE_MAIL, "ocn.ne.jp", "au.com")}
_UNDOTTED_ENDS = {**{f"{kind}jp": f".{kind}.jp" for kind in KINDS}, "com": ".com", "jp": ".jp"}
_KNOWN = NEIGHBOURS | FREE_MAIL | frozenset(COMMON)
_NEAR = Near(COMMON)
_THIN = {thin(each): each for each in COMMON}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a domain is probably not the one that was meant; ``likely`` may be empty."""

    code: str
    likely: str = ""


@lru_cache(maxsize=4096)
def doubt_about(domain: str) -> Doubt | None:
    """What is odd about a right domain in A-labels; None about an ordinary one."""
    if domain in _KNOWN:
        return None
    if "xn--" in domain:
        return _doubt_about_letters(shown_domain(domain))
    if domain.startswith("www."):
        return Doubt("www", _repaired(domain.removeprefix("www.")))
    likely = _repaired(domain)
    return Doubt("mistyped_domain", likely) if likely != domain else None


def dotted(domain: str) -> str:
    """A domain without any dot, with its dots; empty if nobody can say where they stood."""
    if domain in _UNDOTTED:
        return _UNDOTTED[domain]
    for end, dotted_end in _UNDOTTED_ENDS.items():
        if domain.endswith(end) and domain != end:
            return _repaired(domain.removesuffix(end) + dotted_end)
    return ""


def is_likely(domain: str) -> bool:
    """Whether a guessed domain ends as most do: a guess must be good."""
    return domain.rpartition(".")[2] in LIKELY_TOPS


def _doubt_about_letters(shown: str) -> Doubt | None:
    twin = _repaired(plain_twin(shown))
    if twin in _KNOWN or (twin and not is_latin(shown)):  # an umlaut alone is no trick
        return Doubt("look_alike", twin)
    cut = ending_cut_off(shown)
    if cut:
        return Doubt("odd_ending", _repaired(cut))
    return Doubt("mixed_scripts") if mixes_scripts(shown) else None


def _repaired(domain: str) -> str:
    """The domain that was probably meant; the same one if nothing is odd."""
    ended = _with_its_end(domain)
    if ended in _KNOWN:
        return ended
    return MISTAKES.get(ended) or _THIN.get(thin(ended)) or _NEAR.find(ended) or ended


def _with_its_end(domain: str) -> str:
    head, _, top = domain.rpartition(".")
    second = head.rpartition(".")[2]
    third = head.rpartition(".")[0].rpartition(".")[2]
    for end in (f".{third}.{second}.{top}", f".{second}.{top}", f".{top}"):
        if end in ENDINGS and domain.endswith(end):
            return domain.removesuffix(end) + ENDINGS[end]
    return domain
