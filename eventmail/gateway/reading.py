"""From a sent mail's bytes, or a pasted header, to the addresses that its To and Cc show.

Pure; :func:`read` asks the child process with limits (``eventmail/confined.py``), for a file from
outside may be made to hang whatever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eventmail import confined
from eventmail.bounces.reading.parsing import LARGEST, LARGEST_HEAD, raw_headers
from eventmail.gateway.lexing import addresses_in, domains_before_an_end

__all__ = ["LARGEST", "Line", "Reading", "read", "read_here"]

SHOWN = ("to", "cc")
SECONDS, MEGABYTES = 10.0, 512
# More than any rule asks about; a mail with more is refused whatever the number.
MOST = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """One To or Cc header. ``tokens``: the domains that a pattern without quotes would see."""

    name: str
    addresses: tuple[tuple[str, str], ...]
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail shows to its recipients. ``hidden``: whether it has a Bcc header of its own.

    ``readable`` is False where reading ran into a limit: then nothing is said of the mail.
    ``headers``: how many it has at all; none means that this is no mail.
    """

    lines: tuple[Line, ...] = ()
    headers: int = 0
    hidden: bool = False
    readable: bool = True


UNREADABLE = Reading(readable=False)


def read(raw: bytes) -> Reading:
    """What this mail shows, read in the child; unreadable if that runs into a limit."""
    try:
        answer = confined.call(
            "eventmail.gateway.reading:in_child",
            raw[: LARGEST_HEAD + 1],
            seconds=SECONDS,
            megabytes=MEGABYTES,
        )
    except confined.ConfinedError:
        return UNREADABLE
    return _from_child(answer)


def read_here(raw: bytes) -> Reading:
    """The same in this process: for mails that one trusts, and in tests."""
    try:
        headers = raw_headers(raw)
    except ValueError:
        return UNREADABLE
    lines = tuple(_line(name, value) for name, value in headers if name in SHOWN)
    return Reading(lines, len(headers), any(name == "bcc" for name, _ in headers))


def _line(name: str, value: str) -> Line:
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    found = tuple(addresses_in(text))[:MOST]
    return Line(name, found, tuple(domains_before_an_end(text))[:MOST])


def in_child(raw: bytes) -> dict[str, Any]:
    """For :func:`eventmail.confined.call`."""
    found = read_here(raw)
    return {
        "lines": [[each.name, each.addresses, each.tokens] for each in found.lines],
        "headers": found.headers,
        "hidden": found.hidden,
        "readable": found.readable,
    }


def _from_child(answer: dict[str, Any]) -> Reading:
    lines = tuple(
        Line(name, tuple((local, domain) for local, domain in addresses), tuple(tokens))
        for name, addresses, tokens in answer["lines"]
    )
    return Reading(lines, answer["headers"], answer["hidden"], answer["readable"])
