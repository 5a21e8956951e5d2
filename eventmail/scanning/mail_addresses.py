"""Mail addresses in texts: whatever can be written to, in lower case, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eventmail.addresses import AddressError, EmailAddress
from eventmail.wire.sites import sites
from eventmail.wire.views import views

MOST = 20_000
_ADDRESS = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@[A-Za-z0-9-]{2,63}(?:\.[A-Za-z0-9-]{1,63})+"
)
# How domains end, any country's among them; others ("icon@2x.png") are not taken for an address.
_TOPS = re.compile(
    r".+\.(?:com|net|org|info|biz|name|edu|gov|mil|int|mobi|jobs|museum|travel|coop|aero|asia|post|cat|tel"
    r"|online|site|app|dev|shop|xyz|club|tech|store|works?|email|cloud|blog|page|company|school"
    r"|academy|hotel|tokyo|osaka|nagoya|kyoto|yokohama|okinawa|ryukyu"
    r"|example|test|invalid|localhost|[a-z]{2}|xn--[a-z0-9-]+)"
)
_LIKELY = re.compile(r".{2,}@.*[^.]{2}\.(?:jp|com|net|org|info|biz|example|xn--[a-z0-9-]+)")
# An at sign in another dress: full-width, an entity, in words, in base64.
_MAY_BE = re.compile(r"[＠﹫%&\[(<（［【★☆●]|アット|あっと|\bat\b|AT|[A-Za-z0-9+/_-]{12}")


class TooMany(Exception):
    """The file is a list of addresses, whatever it was meant to be."""


def addresses_in(said: Iterable[str], raw: Iterable[str]) -> tuple[str, ...]:
    """Every address in texts and in strings of a file's bytes, however it is covered.

    Chance writes short addresses into packed bytes: ``raw`` ones must look likely. Raises
    :class:`TooMany`.
    """
    found: dict[str, None] = {}
    for text in said:
        if "@" in text or _MAY_BE.search(text):
            for view in views(text):
                for each in (*_ADDRESS.findall(view), *(site.plain() for site in sites(view))):
                    _keep(found, each, _TOPS)
    for text in raw:
        for view in views(text):
            for each in _ADDRESS.findall(view):
                _keep(found, each, _LIKELY)
    return tuple(found)


def _keep(found: dict[str, None], text: str, ends: re.Pattern[str]) -> None:
    address = _plain(text)
    if address and address not in found and ends.fullmatch(address):
        found[address] = None
        if len(found) > MOST:
            raise TooMany


def _plain(text: str) -> str:
    matched = _ADDRESS.match(text)
    if matched is None:
        return ""
    try:
        return EmailAddress.parse(matched[0].rstrip(".-")).key
    except AddressError:
        return ""
