"""The addresses in one To or Cc header (RFC 5322), pure and in linear time.

It reads tolerantly: whatever stands where an address may stand and has an ``@`` counts, for a rule
that counts too few lets a mail out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.S)
BEGINNINGS = re.compile(r'[("]')
INSIDE = re.compile(r"[^()\\]++|\\.|[()]|\\", re.S)
# One entry of a list: words, and addresses in angle brackets.
ENTRY = re.compile(r"[^,;<]*+(?:<[^>]*+>[^,;<]*+)*+")
ANGLE = re.compile(r"<([^>]*+)>")
SPACED_AT = re.compile(r"\s*@\s*")
WORDS = re.compile(r"[\s:]+")
DOMAIN = re.compile(r"[^\s'\"<>(),;:]+|\[[^\]]*\]")
# An address for a pattern that knows no quotes: an ``@``, a domain, and the end of an entry.
TOKEN = re.compile(r"@([^@\s,;>\"'()<]+)\s*+(?=[,;>]|\Z)")


def addresses_in(value: str) -> Iterator[tuple[str, str]]:
    """Local part and domain of every address of a header's value; the domain as it is written."""
    plain = _plain(value.replace("\r", "").replace("\n", ""))
    closed = plain.rfind(">") + 1
    plain = plain[:closed] + plain[closed:].replace("<", ",")  # nothing closes these any more
    at = 0
    while at < len(plain):
        found = ENTRY.match(plain, at)
        assert found is not None  # it matches the empty text, too
        yield from _of_entry(found[0])
        at = found.end() + 1


def domains_before_an_end(value: str) -> Iterator[str]:
    """The domains that a plain pattern sees: also one in a display name, if an entry ends there."""
    return (found[1] for found in TOKEN.finditer(value))


def _of_entry(entry: str) -> Iterator[tuple[str, str]]:
    in_angles = [each for each in ANGLE.findall(entry) if "@" in each]
    bare = () if in_angles else WORDS.split(SPACED_AT.sub("@", ANGLE.sub(" ", entry)))
    for written in (*in_angles, *(word for word in bare if "@" in word)):
        local, _, domain = written.rpartition("@")
        found = DOMAIN.match(domain.strip())
        yield local.strip().strip("'"), found[0] if found else ""


def _plain(value: str) -> str:
    """Without comments, and each quoted text as one letter: neither holds an address."""
    kept: list[str] = []
    at, closed = 0, True
    while found := BEGINNINGS.search(value, at):
        kept.append(value[at : found.start()])
        end = _end(value, found.start()) if closed else 0
        # What never ends is no comment and no quoted text, nor is what follows.
        closed = closed and end > 0
        kept.append((" " if found[0] == "(" else "Q") if end else found[0])
        at = end or found.end()
    return "".join((*kept, value[at:]))


def _end(value: str, start: int) -> int:
    """Where the comment or the quoted text that begins there ends; 0 if it does not."""
    if value[start] == '"':
        found = QUOTED.match(value, start)
        return found.end() if found else 0
    depth = 0
    for piece in INSIDE.finditer(value, start):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if not depth:
            return piece.end()
    return 0
