"""Addresses and secret links are taken out of whatever is logged.

An address becomes a keyed digest: lines about one and the same address can be found, and nobody
can try addresses out without the key. What only looks like an address goes as well.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

DIGITS = 12
APART = r"\s<>()\[\],;:\"“”「」『』（）［］＜＞【】、。，；：@＠﹫"
# As it is typed, in a URL (in another URL, too), in quoted-printable, in HTML, and as programs show
# text and bytes: of the wide one its three bytes in UTF-8.
AT = (
    r"(?:@|＠|﹫|%(?:25){0,3}40|=40|&#0*64(?:;|(?!\d))|&#[xX]0*40(?:;|(?![0-9A-Fa-f]))|&commat;"
    r"|\\{1,4}(?:u0040|x40|u[fF][fF]20|x[eE][fF]\\{1,4}x[bB][cC]\\{1,4}x[aA]0)"
    r"|%(?:25){0,3}[eE][fF]%(?:25){0,3}[bB][cC]%(?:25){0,3}[aA]0)"
)
_AT = re.compile(AT)
_BEHIND = re.compile(rf"\[[0-9A-Za-z:.]{{1,60}}\]|[^{APART}]{{1,255}}")
_BEFORE = re.compile(rf'"[^"\r\n]{{1,100}}"|[^{APART}]{{1,200}}')  # read backwards
LONGEST_LOCAL = 200
_LOCAL = re.compile(r"[a-z0-9.!#$%&*+?^_~-]+\Z")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
# Links that open a page by themselves (RFC 4648's alphabet, 120 bits and more) stand in paths.
# A file's name is none: traces are full of long ones.
SECRET = re.compile(
    r"(?:(?<=/)|(?<=%2[Ff])|(?<=%252[Ff]))[A-Za-z0-9_=-]{20,}"
    r"(?![A-Za-z0-9_=-]|\.(?:py|pyc|so|html|txt|json|sqlite3|po|toml|yml|js|css)\b)"
)
HIDDEN = "[secret]"
# With a violated constraint PostgreSQL tells the values of the row: up to what it tells next, or
# what the trace goes on with. An empty line is no end, for a letter's text has some, too.
_END = r"(?:HINT|CONTEXT):|\[SQL|Traceback |The above exception|During handling"
DETAIL = re.compile(rf"DETAIL:(?=\s|\\).*?(?=(?:(?:\n|\\n)[ |]*){{1,3}}(?:{_END})|\Z)", re.DOTALL)
NO_DETAIL = "DETAIL: [hidden]"


class Masker:
    """Takes addresses and secret parts of paths out of a text."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"eventmail log:" + secret.encode()).digest()

    def __call__(self, text: str) -> str:
        """The text without them."""
        text = SECRET.sub(HIDDEN, DETAIL.sub(NO_DETAIL, text))
        parts, done = list[str](), 0
        for at in _AT.finditer(text):
            start, end = _around(text, done, at)
            if start < end:
                parts += (text[done:start], f"[address {self.digest(text[start:end])}]")
                done = end
        return "".join((*parts, text[done:]))

    def digest(self, address: str) -> str:
        """What stands for an address: twelve hexadecimal digits."""
        return hmac.digest(self._key, bare(address).encode(), "sha256").hex()[:DIGITS]


def _around(text: str, done: int, at: re.Match[str]) -> tuple[int, int]:
    """From where to where the address around an at sign goes; an empty piece if it is none."""
    before = _BEFORE.match(text[max(done, at.start() - LONGEST_LOCAL) : at.start()][::-1])
    behind = _BEHIND.match(text, at.end())
    # ``status=404`` is no address, ``taro=40office.example`` is one.
    typed = len(at[0]) == 1 or (behind is not None and "." in behind[0])
    if at.start() < done or behind is None or not typed:
        return 0, 0
    if before is None:  # the rest of ``a@b@c.example``, of which the front is gone already
        return (done, behind.end()) if 0 < done == at.start() else (0, 0)
    return at.start() - before.end(), behind.end()


def bare(address: str) -> str:
    """One address in one form, without what was written against it (``to=…``, a sentence)."""
    local, _, domain = _AT.sub("@", unicodedata.normalize("NFKC", address)).partition("@")
    local, domain = local.casefold(), domain.casefold()
    before, behind = _LOCAL.search(local), _DOMAIN.match(domain)
    return f"{before[0] if before else local}@{behind[0] if behind else domain}"
