"""Mail addresses in texts: whatever can be written to, in lower case, each once.

The gate looks for known addresses under every cover there is (``wire/views``). Here any address
counts, so only covers are taken off under which nothing but an address is likely to stand.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from eventmail.addresses import AddressError, EmailAddress
from eventmail.wire.views import fold

MOST = 20_000
_ADDRESS = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@[A-Za-z0-9-]{2,63}(?:\.[A-Za-z0-9-]{1,63})+"
)
_SPOKEN_AT = re.compile(
    r"\s?[\[(<【〔〈「≪]\s?(?:@|at|アット(?:マーク)?|あっと(?:まーく)?)\s?[\])>】〕〉」≫]\s?",
    re.IGNORECASE,
)
# How domains end, any country's among them; others ("icon@2x.png") are not taken for an address.
_TOPS = re.compile(
    r".+\.(?:com|net|org|info|biz|name|edu|gov|mil|int|mobi|jobs|museum|travel|coop|aero|asia|post"
    r"|cat|tel|online|site|app|dev|shop|xyz|club|tech|store|works?|email|cloud|blog|page|company"
    r"|school|academy|hotel|tokyo|osaka|nagoya|kyoto|yokohama|okinawa|ryukyu"
    r"|example|test|invalid|localhost|[a-z]{2}|xn--[a-z0-9-]+)"
)
_LIKELY = re.compile(r".{2,}@.*[^.]{2}\.(?:jp|com|net|org|info|biz|example|xn--[a-z0-9-]+)")


class TooMany(Exception):
    """The file is a list of addresses, whatever it was meant to be."""


def addresses_in(said: Iterable[str], raw: Iterable[str]) -> tuple[str, ...]:
    """Every address in texts and in strings of a file's bytes.

    Chance writes short addresses into packed bytes: ``raw`` ones must look likely. Raises
    :class:`TooMany`.
    """
    found: dict[str, None] = {}
    for texts, ends in ((said, _TOPS), (raw, _LIKELY)):
        for text in texts:
            for each in _in(text):
                if each not in found and ends.fullmatch(each):
                    found[each] = None
                    if len(found) > MOST:
                        raise TooMany
    return tuple(found)


def _in(text: str) -> Iterator[str]:
    for seen in _uncovered(text):
        for written in _ADDRESS.findall(seen):
            try:
                yield EmailAddress.parse(written.rstrip(".-")).key
            except AddressError:
                continue


def _uncovered(text: str) -> dict[str, None]:
    """The text as it stands, and with each cover taken off."""
    plain = fold(text)
    return dict.fromkeys(
        each
        for each in (plain, html.unescape(plain), unquote(plain), _SPOKEN_AT.sub("@", plain))
        if "@" in each
    )
