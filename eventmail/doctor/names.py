"""Asking the DNS, within a few seconds; what it says is text."""

from __future__ import annotations

from dataclasses import dataclass

import dns.exception
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT
from dns.resolver import Resolver

SECONDS = 3.0  # for one question, all tries together
# Names that stand for no real place (RFC 2606).
RESERVED = (".example", ".test", ".invalid", ".localhost")


class DnsUnavailable(Exception):
    """Nobody answers, or not in a way that says anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands at a name. ``exists``: there is such a name, be it without such records."""

    texts: tuple[str, ...]
    exists: bool = True


def system_resolver() -> Resolver | None:
    """The one of this machine; None where it has none."""
    try:
        found = Resolver()
    except dns.exception.DNSException:
        return None
    found.timeout, found.lifetime = SECONDS / 2, SECONDS
    return found


def is_reserved(domain: str) -> bool:
    """Whether a domain is only an example."""
    return f".{domain}".endswith(RESERVED)


def ask(resolver: Resolver | None, name: str, kind: str) -> Answer:
    """The records of a name. Raises :class:`DnsUnavailable`."""
    if resolver is None:
        raise DnsUnavailable(name)
    try:
        found = resolver.resolve(name, kind, search=False)
    except dns.resolver.NXDOMAIN:
        return Answer((), exists=False)
    except dns.resolver.NoAnswer:
        return Answer(())
    except dns.exception.DNSException as error:
        raise DnsUnavailable(name) from error
    return Answer(tuple(_text(each) for each in found))


def _text(record: object) -> str:
    if isinstance(record, TXT):
        return b"".join(record.strings).decode("utf-8", "replace")
    if isinstance(record, MX):
        return record.exchange.to_text()
    return str(record)
